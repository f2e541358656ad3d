/**
 * The contract of a `KeyStore` as tests, for any test runner: a store of your own passes them before it
 * holds the first key.
 * @module
 */

import { generateKey } from './generate/generate-key.ts';
import { nobleHashing } from './hash/hashing.ts';
import { pepperedScheme } from './hash/lookup-scheme.ts';
import type { KeyRecord, KeyStore, StoredKey } from './store/key-store.ts';
import { createVerifier } from './verify/verifier.ts';

/** A store, and the way in which keys come into it. */
export interface StoreUnderTest {
  /** The store; empty at first. */
  readonly store: KeyStore;
  /**
   * Stores a key under the lookup value of one of its secrets, in place of what was there. Once it
   * returns or resolves, the change holds.
   *
   * @param lookup - the lookup value, hexadecimal.
   * @param key - the record and its seal.
   */
  put(lookup: string, key: StoredKey): void | Promise<void>;
}

/** A test of the contract. */
export interface StoreTest {
  /** The guarantee. */
  readonly name: string;
  /** Resolves when the store keeps the guarantee, and rejects with the difference. */
  run(): Promise<void>;
}

const at = Date.parse('2026-05-06T07:08:09.123Z');

/** Records that a store must give back as they are: each with its difference from an ordinary one. */
const variants: Readonly<Record<string, Partial<KeyRecord>>> = {
  'an ordinary key': {},
  'an active sub-org': { subOrg: { id: 7, active: true } },
  'a project': { projectId: 'proj_1' },
  'an archived sub-org': { subOrg: { id: 8, active: false } },
  'an owner who only reads': { owner: { kind: 'member', id: 'user_2', role: 'viewer' } },
  'an owner without authority': { owner: { kind: 'member', id: 'user_3', role: 'none' } },
  'a service account': { owner: { kind: 'service-account', id: 'sa_1', role: 'engineer' } },
  'an organization as the owner': { owner: { kind: 'organization', id: 'org_1', role: 'admin' } },
  'no scope at all': { scopes: [] },
  'the scopes in their order': { scopes: ['repos:read', 'extensions:read', 'extensions:*'] },
  'every scope': { scopes: null },
  'an allow list': { ipAllowList: ['203.0.113.0/24', '2001:db8::/32'] },
  'a rate limit': { rateLimit: { limit: 10, windowSeconds: 60 } },
  'a disabled key': { disabled: true },
  'a sandbox key': { environment: 'test' },
  'a label, whatever its characters': { label: '🔑 \u202eCI "\'\\ Ünïcode %_' },
  'the expiry to the millisecond': { expiresAt: at },
  'the revocation to the millisecond': { revokedAt: at },
  'the end of a retiring secret to the millisecond': { secretExpiresAt: at },
  'another tier': { organization: { id: 'org_2', name: 'Two', tier: 1 } },
  'an organization that is no customer': {
    organization: { id: 'org_3', name: 'Three', tier: null },
  },
};

/** Changes after which an accepted key must be refused. */
const endings: Readonly<Record<string, Partial<KeyRecord>>> = {
  'its revocation': { revokedAt: at },
  'its disabling': { disabled: true },
  'its expiry': { expiresAt: at },
  'the loss of its scopes': { scopes: [] },
  "the end of its owner's authority": { owner: { kind: 'member', id: 'user_1', role: 'none' } },
  "the end of its organization's plan": { organization: { id: 'org_1', name: 'Acme', tier: 1 } },
};

/**
 * The contract of a key store: it gives what was put into it, field by field, finds by the exact lookup
 * value only, and gives a change to the first verification after it.
 *
 * @param open - makes a store that shares nothing with another test's; called once a test.
 * @returns the tests, to be handed to a runner's own `test`.
 * @example In a runner: `test(name, run)` in place of `await run()`
 * ```ts
 * import { createMemoryKeyStore, type StoredKey } from '@reporisk/api-access/core';
 * import { keyStoreTests } from '@reporisk/api-access/testing';
 *
 * const open = () => {
 *   const keys = new Map<string, StoredKey>();
 *   return {
 *     store: { find: (lookup: string) => keys.get(lookup) ?? null },
 *     put: (lookup: string, key: StoredKey) => void keys.set(lookup, key),
 *   };
 * };
 * for (const { run } of keyStoreTests(open)) await run();
 * ```
 */
export function keyStoreTests(
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
): readonly StoreTest[] {
  const tests: StoreTest[] = [];
  const test = (name: string, body: (under: StoreUnderTest) => Promise<void>) =>
    tests.push({ name, run: async () => body(await open()) });

  for (const [name, differences] of Object.entries(variants)) {
    test(`find() gives ${name}`, async ({ store, put }) => {
      const { lookup, stored } = storedKey(differences);
      await put(lookup, stored);
      assertEqual(await store.find(lookup), stored);
    });
  }

  test('find() gives a key without a seal, as an unpeppered scheme stores it', async (under) => {
    const { lookup, stored } = storedKey({});
    await under.put(lookup, { ...stored, seal: null });
    assertEqual(await under.store.find(lookup), { ...stored, seal: null });
  });

  test('find() gives one key by either of its secrets, each with its own end and seal', async (under) => {
    const [current, retiring] = [storedKey({}), storedKey({ secretExpiresAt: at })];
    await under.put(current.lookup, current.stored);
    await under.put(retiring.lookup, retiring.stored);
    assertEqual(await under.store.find(current.lookup), current.stored);
    assertEqual(await under.store.find(retiring.lookup), retiring.stored);
  });

  test('find() gives null for what is not stored, to the letter', async ({ store, put }) => {
    const { lookup, stored } = storedKey({});
    await put(lookup, stored);
    const near = [lookup.toUpperCase(), lookup.slice(0, 63), `${lookup}0`, ` ${lookup}`];
    const odd = ['', '%', "' or '1'='1", 'ключ', '__proto__', 'constructor', '0'.repeat(64)];
    for (const other of [...near.filter((each) => each !== lookup), ...odd]) {
      assertEqual(await store.find(other), null);
    }
  });

  test('find() gives each caller the same, however many ask at once', async ({ store, put }) => {
    const { lookup, stored } = storedKey({});
    await put(lookup, stored);
    const found = await Promise.all(Array.from({ length: 50 }, () => store.find(lookup)));
    for (const each of found) assertEqual(each, stored);
  });

  test('a verifier accepts a key from the moment on that it was put', async (under) => {
    const { key, lookup, stored } = storedKey({});
    const verify = verifying(under);
    if (await verify(key)) throw new Error('it accepted a key that was not there');
    await under.put(lookup, stored);
    if (!(await verify(key))) throw new Error('it refused a key that was there');
  });

  for (const [name, differences] of Object.entries(endings)) {
    test(`a verifier refuses a key from the moment on of ${name}`, async (under) => {
      const { key, lookup, stored } = storedKey({});
      const verify = verifying(under);
      await under.put(lookup, stored);
      if (!(await verify(key))) throw new Error('it refused the key before');
      await under.put(lookup, { ...stored, record: { ...stored.record, ...differences } });
      if (await verify(key)) throw new Error('it accepted the key afterwards');
    });
  }
  return tests;
}

const scheme = pepperedScheme(new Uint8Array(32).fill(7));

/** A new key, its lookup value, and what a store holds of it. */
function storedKey(differences: Partial<KeyRecord>) {
  const { key, preview } = generateKey({ environment: differences.environment ?? 'live' });
  const lookup = scheme.lookup(nobleHashing.sha256(key));
  const record: KeyRecord = {
    id: 'key_01M0000000000000000000000A',
    dialect: 'reporisk',
    environment: 'live',
    label: 'CI Pipeline',
    preview,
    organization: { id: 'org_1', name: 'Acme', tier: 3 },
    subOrg: null,
    projectId: null,
    owner: { kind: 'member', id: 'user_1', role: 'admin' },
    scopes: ['repos:read'],
    ipAllowList: null,
    rateLimit: null,
    disabled: false,
    expiresAt: null,
    revokedAt: null,
    secretExpiresAt: null,
    ...differences,
  };
  const stored: StoredKey = {
    record,
    seal: scheme.seal(record.id, record.organization.id, lookup),
  };
  return { key, lookup, stored };
}

/** Verifies keys of a store for `repos:read`, from its cache where it proves freshness. */
function verifying({ store }: StoreUnderTest): (key: string) => Promise<boolean> {
  const faults: unknown[] = [];
  const onError = (error: unknown) => void faults.push(error);
  const verifier = createVerifier({ store, schemes: [scheme], onError });
  return async (key) => {
    const { ok } = await verifier.verify(key, { scope: 'repos:read' });
    for (const fault of faults) throw fault;
    return ok;
  };
}

/** @throws with both values unless they have the same fields. */
function assertEqual(actual: unknown, expected: unknown): void {
  const [one, other] = [sorted(actual), sorted(expected)];
  if (one !== other) throw new Error(`the store gave ${one}, expected ${other}`);
}

/** A value as text, the fields of its objects in order. */
function sorted(value: unknown): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : typeof each === 'bigint'
        ? `${each}n`
        : each,
  );
}
