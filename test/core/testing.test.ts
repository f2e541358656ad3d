import { expect, test } from 'vitest';
import type { KeyStore, StoredKey } from '../../core/mod.ts';
import { keyStoreTests, type StoreUnderTest } from '../../core/testing.ts';

/** A store on a map, with a fault in what it gives. */
function faulty(find: (keys: ReadonlyMap<string, StoredKey>, lookup: string) => StoredKey | null) {
  return (): StoreUnderTest => {
    const keys = new Map<string, StoredKey>();
    return {
      store: { find: (lookup) => find(keys, lookup) },
      put: (lookup, key) => void keys.set(lookup, key),
    };
  };
}

const changed = (change: (key: StoredKey) => StoredKey) =>
  faulty((keys, lookup) => {
    const key = keys.get(lookup);
    return key === undefined ? null : change(key);
  });

const inRecord = (change: (record: StoredKey['record']) => Partial<StoredKey['record']>) =>
  changed(({ record, seal }) => ({ record: { ...record, ...change(record) }, seal }));

const seconds = (time: number | null) => (time === null ? null : Math.floor(time / 1000) * 1000);

const faults: Record<string, () => StoreUnderTest> = {
  'compares without case': faulty((keys, lookup) => keys.get(lookup.toLowerCase()) ?? null),
  'compares the beginning': faulty(
    (keys, lookup) =>
      [...keys].find(([each]) => lookup !== '' && each.startsWith(lookup))?.[1] ?? null,
  ),
  'loses the seal': changed(({ record }) => ({ record, seal: null })),
  'makes no scopes of all': inRecord(({ scopes }) => ({ scopes: scopes ?? [] })),
  'makes all scopes of none': inRecord(({ scopes }) => ({
    scopes: scopes?.length ? scopes : null,
  })),
  'loses milliseconds': inRecord(({ expiresAt }) => ({ expiresAt: seconds(expiresAt) })),
  'loses the revocation': inRecord(() => ({ revokedAt: null })),
  'takes every sub-org for active': inRecord(({ subOrg }) => ({
    subOrg: subOrg && { ...subOrg, active: true },
  })),
  'keeps what it has found': () => {
    const keys = new Map<string, StoredKey>();
    const kept = new Map<string, StoredKey>();
    const find = (lookup: string) => kept.get(lookup) ?? keys.get(lookup) ?? null;
    return {
      store: {
        find(lookup) {
          const key = find(lookup);
          if (key !== null) kept.set(lookup, key);
          return key;
        },
      },
      put: (lookup, key) => void keys.set(lookup, key),
    };
  },
  'always claims to be fresh': () => {
    const keys = new Map<string, StoredKey>();
    const freshness = { isFresh: () => true, epoch: () => 0, subscribe: () => () => {} };
    const store: KeyStore = { find: (lookup) => keys.get(lookup) ?? null, freshness };
    return { store, put: (lookup, key) => void keys.set(lookup, key) };
  },
};

/** The names of the tests that fail. */
async function failures(open: () => StoreUnderTest): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of keyStoreTests(open)) await run().catch(() => failed.push(name));
  return failed;
}

test.each(Object.entries(faults))('keyStoreTests() finds a store that %s', async (_fault, open) => {
  expect(await failures(open)).not.toEqual([]);
});
