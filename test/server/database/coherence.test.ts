import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type CacheCounters,
  createVerifier,
  generateKey,
  nobleHashing,
  pepperedScheme,
  type Verifier,
} from '../../../core/mod.ts';
import { joinCoherence } from '../../../server/database/coherence.ts';
import { type Database, openDatabase } from '../../../server/database/database.ts';
import { ApiKey } from '../../../server/database/entities/api-key.ts';
import { ApiKeySecret } from '../../../server/database/entities/api-key-secret.ts';
import { Membership } from '../../../server/database/entities/membership.ts';
import { Organization } from '../../../server/database/entities/organization.ts';
import { ServiceAccount } from '../../../server/database/entities/service-account.ts';
import { SubOrg } from '../../../server/database/entities/sub-org.ts';
import { migrated, onEachDatabase } from '../../support/databases.ts';
import { testKeyring, testRowMacs } from '../../support/keyring.ts';

const scheme = pepperedScheme(new Uint8Array(32).fill(1));
const at = new Date('2026-01-01T00:00:00Z');

/** One process's part: its own connections, its own lease, its own cache. */
async function node(url: string) {
  const database = await openDatabase(url, { keyring: testKeyring });
  // A renewal that came too late on a busy machine is made good by the next.
  const onError = () => {};
  const coherence = await joinCoherence({ ...database.leases(), onError });
  const { keys } = database;
  const store = {
    find: (lookup: string) => keys.find(lookup),
    currency: coherence.currency,
  };
  return {
    database,
    coherence,
    verifier: createVerifier({ store, schemes: [scheme] }),
    async [Symbol.asyncDispose]() {
      await coherence[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function seed(database: Database) {
  const made = generateKey();
  const lookup = scheme.lookup(nobleHashing.sha256(made.key));
  await database.transaction(async (em) => {
    await em.insert(Organization, {
      id: 'org',
      name: 'Org',
      tier: 3,
      asOf: at,
      createdAt: at,
      updatedAt: at,
    });
    await em.insert(SubOrg, { id: 1, orgId: 'org', name: 'Sub', createdAt: at });
    await em.insert(Membership, {
      clerkOrgId: 'org',
      userId: 'u',
      role: 'admin',
      active: true,
      asOf: at,
    });
    await em.insert(ServiceAccount, {
      id: 'sa',
      orgId: 'org',
      name: 'CI',
      slug: 'ci',
      role: 'admin',
      roleMac: testRowMacs.make('service-account', ['sa', 'org', 'admin']),
      isActive: true,
      createdAt: at,
      updatedAt: at,
    });
    await em.insert(ApiKey, {
      id: 'key',
      dialect: 'reporisk',
      environment: 'live',
      orgId: 'org',
      subOrgId: 1,
      label: 'CI',
      createdBy: 'u',
      createdAt: at,
      updatedAt: at,
    });
    await em.insert(ApiKeySecret, {
      lookup,
      keyId: 'key',
      scheme: scheme.id,
      seal: scheme.seal('key', 'org', lookup) ?? '',
      prefix: made.prefix,
      first4: made.first4,
      last4: made.last4,
      createdAt: at,
    });
  });
  return { key: made.key, lookup };
}

/** Verifies a key until its cache has come to what is asked; a lease may lapse on a busy machine. */
async function answerUntil(
  verifier: Verifier,
  key: string,
  expected: object,
  reached: (counters: CacheCounters) => boolean,
): Promise<void> {
  for (let counters = verifier.cacheCounters(); counters !== null && !reached(counters); ) {
    expect(await verifier.verify(key, { scope: 'repos:read' })).toMatchObject(expected);
    await setImmediate();
    counters = verifier.cacheCounters();
  }
}

const changes: [what: string, sql: string, expected: number][] = [
  ['a revoked key', 'update api_key set revoked_at = ?', 401],
  ['a deleted secret', 'delete from api_key_secret where ? is not null', 401],
  ['a retired secret', 'update api_key_secret set retires_at = ?', 401],
  ['an archived sub-org', 'update sub_org set archived_at = ?', 401],
  ['a lower tier', 'update organization set tier = 1 where ? is not null', 403],
  ['a deleted organization', 'update organization set deleted_at = ?', 403],
  ['a removed member', 'update membership set active = ? is null', 403],
  ['a deleted membership', 'delete from membership where ? is not null', 403],
  ['a disabled service account', 'update service_account set is_active = ? is null', 403],
];

onEachDatabase((place) => {
  test.each(changes)(
    '%s, by a hand-typed statement, is refused on every process',
    async (what, sql, status) => {
      await using where = await place();
      await using one = await node(where.url);
      await using other = await node(where.url);
      const { key } = await seed(one.database);
      if (what.includes('service account')) {
        await one.database.read().execute("update api_key set service_account_id = 'sa'");
      }
      const request = { scope: 'repos:read' };
      for (const { verifier } of [one, other]) {
        await answerUntil(verifier, key, { ok: true }, ({ hits }) => hits > 0);
      }

      await one.database.transaction((em) => em.execute(sql, [at]));
      await one.coherence.settled();

      for (const { verifier } of [one, other]) {
        expect(await verifier.verify(key, request)).toMatchObject({ refusal: { status } });
      }
    },
  );

  test('an absent key that is created is found on every process', async () => {
    await using where = await place();
    await using one = await node(where.url);
    await using other = await node(where.url);
    const { key, lookup } = await seed(one.database);
    await one.database.transaction((em) =>
      em.execute("update api_key_secret set lookup = 'elsewhere'"),
    );
    await one.coherence.settled();
    await answerUntil(other.verifier, key, { reason: 'unknown' }, ({ absent }) => absent === 1);

    await one.database.transaction((em) =>
      em.execute('update api_key_secret set lookup = ?', [lookup]),
    );
    await one.coherence.settled();
    expect(await other.verifier.verify(key)).toMatchObject({ ok: true });
  });

  test('what changes with each request touches nothing that decisions read', async () => {
    await using where = await place();
    await using one = await node(where.url);
    const { key } = await seed(one.database);
    await one.coherence.settled();
    const before = one.coherence.currency.epoch();
    await one.database.transaction(async (em) => {
      await em.execute("insert into key_use (key_id, last_used_at) values ('key', ?)", [at]);
      await em.execute('update membership set as_of = ?', [new Date('2026-02-01')]);
    });
    await one.coherence.settled();
    expect(one.coherence.currency.epoch()).toBe(before);
    expect(await one.verifier.verify(key)).toMatchObject({ ok: true });
  });
});

test('an announcement that somebody else made, of a change that touches nothing, keeps no revoked key alive', async () => {
  await using where = await migrated.PostgreSQL();
  await using one = await node(where.url);
  await using other = await node(where.url);
  const { key } = await seed(one.database);
  await one.coherence.settled();
  await answerUntil(other.verifier, key, { ok: true }, ({ hits }) => hits > 0);

  const forged = JSON.stringify({ epoch: one.coherence.currency.epoch() + 1, subjects: [] });
  await one.database.transaction(async (em) => {
    // In this transaction, it arrives just before the true one.
    await em.execute("select pg_notify('reporisk_epoch', ?)", [forged]);
    await em.execute('update api_key set revoked_at = ?', [at]);
  });
  await one.coherence.settled();
  expect(await other.verifier.verify(key)).toMatchObject({ refusal: { status: 401 } });
});
