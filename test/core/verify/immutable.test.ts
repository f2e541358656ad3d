import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as core from '../../../core/mod.ts';
import {
  createMemoryKeyStore,
  createVerifier,
  type Freshness,
  generateKey,
  type KeyRecord,
  type KeyStore,
  nobleHashing,
  protect,
  type StoredKey,
} from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';
import { tamper } from '../../support/tamper.ts';
import { ManualFreshness } from '../cache/fixtures.ts';

const names = fc.string({ minLength: 1, maxLength: 20 });
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

/** Records of one organization that share their equal parts. */
const anyRecord: fc.Arbitrary<KeyRecord> = fc
  .record({
    label: names,
    subOrg: orNull(fc.record({ id: fc.integer(), active: fc.boolean() })),
    owner: fc.record({
      kind: fc.constantFrom('member', 'service-account', 'organization'),
      id: names,
      role: fc.constantFrom('admin', 'engineer', 'viewer', 'none'),
    }),
    scopes: orNull(fc.array(fc.constantFrom('repos:read', 'repos:analyze', 'admin:*'))),
    ipAllowList: orNull(fc.array(fc.constantFrom('203.0.113.0/24', '2001:db8::/32'))),
    rateLimit: orNull(fc.record({ limit: fc.integer(), windowSeconds: fc.integer() })),
    disabled: fc.boolean(),
    expiresAt: orNull(fc.integer()),
    revokedAt: orNull(fc.integer()),
  })
  .map((fields) => keyRecord(fields));

const keys = [generateKey().key, generateKey().key];
const lookups = keys.map((key) => nobleHashing.sha256(key));

/** A store that hands its own objects out, as a foreign one may. */
function foreign(stored: readonly StoredKey[]): KeyStore {
  return { find: (lookup) => stored[lookups.indexOf(lookup)] ?? null };
}

function inMemory(stored: readonly StoredKey[]): KeyStore {
  const store = createMemoryKeyStore();
  for (const [index, lookup] of lookups.entries()) {
    const each = stored[index];
    if (each !== undefined) store.put(lookup, each);
  }
  return store;
}

const stores: Record<string, (stored: readonly StoredKey[]) => KeyStore> = {
  'a foreign store': foreign,
  'a foreign store that answers later': (stored) => {
    const { find } = foreign(stored);
    return { find: async (lookup) => find(lookup) };
  },
  'the memory store': inMemory,
};

const caches: Record<string, () => { readonly freshness?: Freshness }> = {
  uncached: () => ({}),
  cached: () => ({ freshness: new ManualFreshness() }),
};

describe.each(Object.entries(stores))('of %s', (_, open) => {
  describe.each(Object.entries(caches))('%s', (_, cache) => {
    const verifierOf = (record: KeyRecord) => {
      const stored = keys.map((_, n) => ({ record: { ...record, id: `key_${n}` }, seal: null }));
      return createVerifier({ store: { ...open(stored), ...cache() }, now: () => 0 });
    };

    test('verify() gives outcomes through which no other outcome can be changed', () =>
      fc.assert(
        fc.asyncProperty(anyRecord, async (record) => {
          const verifier = verifierOf(record);
          const request = { scope: 'repos:read', address: '203.0.113.7' };
          const all = async () =>
            Promise.all([...keys, 'rrk_live_none'].map((key) => verifier.verify(key, request)));
          const before = structuredClone(await all());
          const told = await all();
          for (const outcome of told) tamper(outcome);
          expect(told).toEqual(before);
          expect(await all()).toEqual(before);
        }),
      ));

    test('protect() hands over a key through which no other can be changed', async () => {
      const verifier = verifierOf(keyRecord({ scopes: ['repos:read'] }));
      const call = (key?: string) =>
        new Request('https://example.com/', { headers: { authorization: `Bearer ${key}` } });
      const reading = protect(verifier, (_, key) => {
        tamper(key);
        return new Response();
      });
      const administering = protect(verifier, () => new Response(), { scope: 'admin:*' });
      for (const key of keys) expect((await reading(call(key))).status).toBe(200);
      for (const key of keys) expect((await administering(call(key))).status).toBe(403);
    });
  });
});

test('createMemoryKeyStore() neither keeps nor gives anything that can be changed', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const given = { record, seal: null };
      const store = inMemory([given]);
      const before = structuredClone(given);
      tamper(given);
      tamper(store.find(lookups[0] ?? ''));
      expect(store.find(lookups[0] ?? '')).toEqual(before);
    }),
  );
});

test('what core hands to every caller alike cannot be changed', () => {
  const shared = [
    ...Object.values(core),
    core.recognizeKey(keys[0] ?? ''),
    core.credentialFrom(new Headers()),
    core.credentialFrom(new Headers({ authorization: 'none' })),
  ].filter((value) => typeof value === 'object');
  expect(shared.length).toBeGreaterThan(5);
  const isFixed = (value: unknown): boolean =>
    typeof value !== 'object' ||
    (Object.isFrozen(value) && Object.values(value ?? {}).every(isFixed));
  expect(shared.filter((value) => !isFixed(value))).toEqual([]);
});
