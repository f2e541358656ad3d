import { expect, test } from 'vitest';
import { createVerifier, generateKey, nobleHashing } from '../../../core/mod.ts';
import { keyRecord } from '../../support/keys.ts';
import { ManualFreshness } from '../cache/fixtures.ts';

const { key } = generateKey();
const lookup = nobleHashing.sha256(key);

/** A caching verifier, on a store that holds one key and records its lookups. */
function setUp(holdsImportedKeys = false) {
  const freshness = new ManualFreshness();
  const asked: string[] = [];
  const stored = { record: keyRecord({ scopes: ['repos:read'] }), seal: null };
  const verifier = createVerifier({
    store: {
      freshness,
      holdsImportedKeys: () => holdsImportedKeys,
      find(wanted) {
        asked.push(wanted);
        return wanted === lookup ? stored : null;
      },
    },
    now: () => 0,
  });
  return { verifier, freshness, asked };
}

test('verify() asks the store once for as long as what it said is current', () => {
  const { verifier, freshness, asked } = setUp();
  for (let n = 0; n < 3; n++) expect(verifier.verify(key)).toMatchObject({ ok: true });
  expect(asked).toEqual([lookup]);
  freshness.current = false;
  expect(verifier.verify(key)).toMatchObject({ ok: true });
  expect(asked).toEqual([lookup, lookup]);
});

test('verify() decides again about a cached key', () => {
  const { verifier } = setUp();
  expect(verifier.verify(key, { scope: 'repos:read' })).toMatchObject({ ok: true });
  expect(verifier.verify(key, { scope: 'repos:analyze' })).toMatchObject({
    ok: false,
    reason: 'scope',
  });
});

const wrongChecksum = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;

test.each([
  ['a wrong checksum', wrongChecksum],
  ['another prefix', key.replace('live', 'dead')],
  ['a character that no key has', key.replace(/.$/, 'é')],
  ['another length', `${key}0`],
  ['no text', null as unknown as string],
])('verify() asks the store for nothing with %s, however often', (_, text) => {
  const { verifier, asked } = setUp();
  for (let n = 0; n < 2; n++) {
    expect(verifier.verify(text)).toMatchObject({ ok: false, reason: 'malformed' });
  }
  expect(asked).toEqual([]);
  expect(verifier.cacheCounters()).toMatchObject({ hits: 0, misses: 0, absent: 0 });
});

test('verify() looks up what can only be an imported key where the store holds some', () => {
  const { verifier, asked } = setUp(true);
  for (let n = 0; n < 2; n++) {
    expect(verifier.verify(wrongChecksum)).toMatchObject({ ok: false, reason: 'unknown' });
  }
  expect(asked).toEqual([nobleHashing.sha256(wrongChecksum)]);
});
