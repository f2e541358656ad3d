import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVerifier, generateKey, type KeyRecord, nobleHashing } from '../../core/mod.ts';
import { ManualFreshness } from '../core/cache/fixtures.ts';
import { tamper } from '../support/tamper.ts';
import {
  at,
  databaseStore,
  type KeyRows,
  memoryStore,
  recordOf,
  type StoreUnderTest,
} from './stored-keys.ts';

const stores = {
  memory: memoryStore,
  sqlite: () => databaseStore('sqlite'),
  postgresql: () => databaseStore('postgresql'),
};

let count = 0;

/** A lookup value that no other test uses. */
function newLookup(): string {
  count += 1;
  return count.toString(16).padStart(64, 'ab');
}

const soon = Date.parse('2026-05-06T07:08:09.123Z');
const member = { membership: {} };

type Case = [
  guarantee: string,
  rows: KeyRows,
  differences: Partial<KeyRecord> | ((subOrgId: number) => Partial<KeyRecord>),
];

const cases: Case[] = [
  ['an ordinary key', member, {}],
  ['an active sub-org', { ...member, subOrg: {} }, (id) => ({ subOrg: { id, active: true } })],
  [
    'an archived sub-org, not active',
    { ...member, subOrg: { archivedAt: at } },
    (id) => ({ subOrg: { id, active: false } }),
  ],
  [
    'a removed sub-org, not active',
    { ...member, subOrg: { removedAt: at } },
    (id) => ({ subOrg: { id, active: false } }),
  ],
  [
    "another organization's sub-org, not active",
    { ...member, subOrg: { orgId: 'org_demo_globex' } },
    (id) => ({ subOrg: { id, active: false } }),
  ],
  [
    'a demoted creator, who only reads',
    { membership: { userId: 'user_demoted', role: 'member' }, key: { createdBy: 'user_demoted' } },
    { owner: { kind: 'member', id: 'user_demoted', role: 'viewer' } },
  ],
  [
    'a removed creator, who may do nothing',
    { membership: { userId: 'user_gone', active: false }, key: { createdBy: 'user_gone' } },
    { owner: { kind: 'member', id: 'user_gone', role: 'none' } },
  ],
  [
    'a creator who was never a member',
    { key: { createdBy: 'user_never' } },
    { owner: { kind: 'member', id: 'user_never', role: 'none' } },
  ],
  [
    'a creator who is a member of another organization only',
    {
      membership: { userId: 'user_else', clerkOrgId: 'org_demo_globex' },
      key: { createdBy: 'user_else' },
    },
    { owner: { kind: 'member', id: 'user_else', role: 'none' } },
  ],
  [
    'an imported key, with the authority of its organization',
    { key: { createdBy: null, imported: true } },
    { owner: { kind: 'organization', id: 'org_1', role: 'admin' } },
  ],
  [
    'an imported key that a member took over, with his authority',
    { ...member, key: { imported: true } },
    {},
  ],
  [
    'a key without an owner, with no authority',
    { key: { createdBy: null } },
    { owner: { kind: 'organization', id: 'org_1', role: 'none' } },
  ],
  ['the scopes, an empty list for none', { ...member, key: { scopes: [] } }, { scopes: [] }],
  [
    'the scopes in their order',
    { ...member, key: { scopes: ['repos:read', 'extensions:read'] } },
    { scopes: ['repos:read', 'extensions:read'] },
  ],
  [
    'the allow list of both families',
    { ...member, key: { ipAllowList: ['203.0.113.0/24', '2001:db8::/32'] } },
    { ipAllowList: ['203.0.113.0/24', '2001:db8::/32'] },
  ],
  [
    'the rate limit',
    { ...member, key: { rateLimit: { limit: 10, windowSeconds: 60 } } },
    { rateLimit: { limit: 10, windowSeconds: 60 } },
  ],
  ['a disabled key', { ...member, key: { disabled: true } }, { disabled: true }],
  ['the environment', { ...member, key: { environment: 'test' } }, { environment: 'test' }],
  [
    'the label, whatever its characters',
    { ...member, key: { label: '🔑 \u202eCI "\'\\ Ünïcode' } },
    { label: '🔑 \u202eCI "\'\\ Ünïcode' },
  ],
  [
    'the expiry to the millisecond',
    { ...member, key: { expiresAt: new Date(soon) } },
    { expiresAt: soon },
  ],
  [
    'the revocation to the millisecond',
    { ...member, key: { revokedAt: new Date(soon) } },
    { revokedAt: soon },
  ],
  [
    'the end of a retiring secret to the millisecond',
    { ...member, secret: { retiresAt: new Date(soon) } },
    { secretExpiresAt: soon },
  ],
  [
    'another tier',
    { membership: { clerkOrgId: 'org_2' }, organization: { id: 'org_2', name: 'Two', tier: 1 } },
    { organization: { id: 'org_2', name: 'Two', tier: 1 } },
  ],
  [
    'no tier of an organization that has none',
    { membership: { clerkOrgId: 'org_0' }, organization: { id: 'org_0', name: '0', tier: null } },
    { organization: { id: 'org_0', name: '0', tier: null } },
  ],
  [
    'no tier of a deleted organization',
    {
      membership: { clerkOrgId: 'org_x' },
      organization: { id: 'org_x', name: 'X', tier: 3, deletedAt: at },
    },
    { organization: { id: 'org_x', name: 'X', tier: null } },
  ],
];

describe.each(Object.entries(stores))('KeyStore in %s', (_name, open) => {
  let under: StoreUnderTest;
  beforeAll(async () => {
    under = await open();
  });
  afterAll(() => under[Symbol.asyncDispose]());

  test.each(cases)('find() gives %s', async (_guarantee, rows, differences) => {
    const lookup = newLookup();
    const stored = await under.put(lookup, rows, (subOrgId) => ({
      record: recordOf(
        `key_${lookup.slice(-8)}`,
        typeof differences === 'function' ? differences(subOrgId) : differences,
      ),
      seal: lookup,
    }));
    expect(await under.store.find(lookup)).toEqual(stored);
  });

  test.each(['viewer', 'engineer', 'admin'] as const)(
    'find() gives the role of a service account: %s, and none while it is not active',
    async (role) => {
      for (const isActive of [true, false]) {
        const lookup = newLookup();
        const id = `sa_${lookup.slice(-8)}`;
        const owner = { kind: 'service-account', id, role: isActive ? role : 'none' } as const;
        const stored = await under.put(lookup, { serviceAccount: { role, isActive } }, () => ({
          record: recordOf(`key_${lookup.slice(-8)}`, { owner }),
          seal: lookup,
        }));
        expect(await under.store.find(lookup)).toEqual(stored);
      }
    },
  );

  test("find() gives no authority to another organization's service account", async () => {
    const lookup = newLookup();
    const owner = {
      kind: 'service-account',
      id: `sa_${lookup.slice(-8)}`,
      role: 'none',
    } as const;
    const rows = { serviceAccount: { orgId: 'org_demo_globex', role: 'admin' as const } };
    const stored = await under.put(lookup, rows, () => ({
      record: recordOf(`key_${lookup.slice(-8)}`, { owner }),
      seal: lookup,
    }));
    expect(await under.store.find(lookup)).toEqual(stored);
  });

  test('find() gives one key by either of its secrets, each with its own end and seal', async () => {
    const [current, retiring] = [newLookup(), newLookup()];
    const id = `key_${current.slice(-8)}`;
    const first = await under.put(current, member, () => ({ record: recordOf(id), seal: 'one' }));
    const second = await under.put(retiring, { secret: { retiresAt: new Date(soon) } }, () => ({
      record: recordOf(id, { secretExpiresAt: soon }),
      seal: 'two',
    }));
    expect(await under.store.find(current)).toEqual(first);
    expect(await under.store.find(retiring)).toEqual(second);
  });

  test('find() gives null for what is not stored, to the letter', async () => {
    const lookup = newLookup();
    await under.put(lookup, member, () => ({
      record: recordOf(`key_${lookup.slice(-8)}`),
      seal: lookup,
    }));
    const absent = ['', '0'.repeat(64), lookup.toUpperCase(), lookup.slice(0, 63), `${lookup}0`];
    for (const other of [...absent, '%', "' or '1'='1", 'ключ']) {
      expect(await under.store.find(other)).toBeNull();
    }
  });

  test('find() gives a verifier nothing that its callers could change', async () => {
    const { key } = generateKey();
    const lookup = nobleHashing.sha256(key);
    const scopes = ['repos:read'];
    await under.put(lookup, { ...member, key: { scopes } }, () => ({
      record: recordOf(`key_${lookup.slice(-8)}`, { scopes }),
      seal: lookup,
    }));
    for (const cache of [{}, { freshness: new ManualFreshness() }]) {
      const verifier = createVerifier({ store: { ...under.store, ...cache } });
      const read = await verifier.verify(key, { scope: 'repos:read' });
      expect(read.ok).toBe(true);
      tamper(read);
      expect((await verifier.verify(key, { scope: 'admin:*' })).ok).toBe(false);
    }
  });

  test('find() gives each caller the same, however many ask at once', async () => {
    const lookup = newLookup();
    const stored = await under.put(lookup, member, () => ({
      record: recordOf(`key_${lookup.slice(-8)}`),
      seal: lookup,
    }));
    const found = await Promise.all(Array.from({ length: 50 }, () => under.store.find(lookup)));
    for (const each of found) expect(each).toEqual(stored);
  });
});
