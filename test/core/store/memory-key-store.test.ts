import { expect, test } from 'vitest';
import { createMemoryKeyStore } from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';

const lookup = '00'.repeat(32);
const key = { record: keyRecord(), seal: 'ab'.repeat(32) };

test('createMemoryKeyStore() finds what was put', () => {
  const store = createMemoryKeyStore();
  expect(store.find(lookup)).toBeNull();
  store.put(lookup, key);
  expect(store.find(lookup)).toEqual(key);
});

test('put() refuses a lookup value that is taken, replace() one that is not there', () => {
  const store = createMemoryKeyStore();
  expect(() => store.replace(lookup, key)).toThrow('does not hold');
  store.put(lookup, key);
  expect(() => store.put(lookup, key)).toThrow('already');
});

test('replace() and delete() hold at once', () => {
  const store = createMemoryKeyStore();
  store.put(lookup, key);
  const revoked = { ...key, record: keyRecord({ revokedAt: 1 }) };
  store.replace(lookup, revoked);
  expect(store.find(lookup)).toEqual(revoked);
  expect(store.delete(lookup)).toBe(true);
  expect(store.find(lookup)).toBeNull();
  expect(store.delete(lookup)).toBe(false);
});

test('repepper() moves a key, keeps its record, and moves nothing onto another', () => {
  const store = createMemoryKeyStore();
  const to = { lookup: '11'.repeat(32), seal: 'cd'.repeat(32) };
  store.repepper?.(lookup, to);
  expect(store.find(to.lookup)).toBeNull();
  store.put(lookup, key);
  store.repepper?.(lookup, to);
  expect(store.find(lookup)).toBeNull();
  expect(store.find(to.lookup)).toEqual({ record: key.record, seal: to.seal });
  store.put(lookup, key);
  store.repepper?.(lookup, to);
  expect(store.find(lookup)).toEqual(key);
});

test('createMemoryKeyStore() holds imported keys only when told', () => {
  expect(createMemoryKeyStore().holdsImportedKeys?.()).toBe(false);
  expect(createMemoryKeyStore({ importedKeys: true }).holdsImportedKeys?.()).toBe(true);
});
