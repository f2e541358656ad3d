import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { CacheCounters, Verifier } from '../../../core/mod.ts';
import { backup } from '../../support/backup.ts';
import { migrated, onEachDatabase } from '../../support/databases.ts';
import { at, coherentNode as node, seedKeys } from './coherent-node.ts';

/** Verifies a key until its cache gives the wanted answer; a lease may lapse on a busy machine. */
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
      const keys = await seedKeys(one.database);
      const { key } = what.includes('service account') ? keys.account : keys.member;
      const request = { scope: 'repos:read' };
      for (const { verifier } of [one, other]) {
        await answerUntil(verifier, key, { ok: true }, ({ hits }) => hits > 0);
      }

      await one.database.transaction((em) => em.execute(sql, [at]));
      await one.coherence.propagated();

      for (const { verifier } of [one, other]) {
        expect(await verifier.verify(key, request)).toMatchObject({ refusal: { status } });
      }
    },
  );

  test('answers that come together share one wait; one that comes later has its own', async () => {
    await using where = await place();
    await using one = await node(where.url);
    const waits = Array.from({ length: 20 }, () => one.coherence.propagated());
    expect(new Set(waits).size).toBe(1);
    await setImmediate();
    expect(one.coherence.propagated()).not.toBe(waits[0]);
    await Promise.all(waits);
  });

  test('an absent key that is created is found on every process', async () => {
    await using where = await place();
    await using one = await node(where.url);
    await using other = await node(where.url);
    const { key, lookup } = (await seedKeys(one.database)).member;
    await one.database.transaction((em) =>
      em.execute("update api_key_secret set lookup = 'elsewhere' where key_id = 'key'"),
    );
    await one.coherence.propagated();
    await answerUntil(other.verifier, key, { reason: 'unknown' }, ({ absent }) => absent === 1);

    await one.database.transaction((em) =>
      em.execute("update api_key_secret set lookup = ? where key_id = 'key'", [lookup]),
    );
    await one.coherence.propagated();
    expect(await other.verifier.verify(key)).toMatchObject({ ok: true });
  });

  test('a database that was restored and has gone on, before a process looked, revokes what it says', async () => {
    await using where = await place();
    await using one = await node(where.url);
    const { key } = (await seedKeys(one.database)).member;
    await one.database.transaction((em) =>
      em.execute(
        `insert into organization (id, name, tier, as_of, created_at, updated_at)
         select 'other', name, tier, as_of, created_at, updated_at from organization`,
      ),
    );
    await one.coherence.propagated();
    const before = await backup(where.url);
    const start = one.coherence.freshness.epoch();
    const rename = (n: number) => `update organization set name = 'Org ${n}' where id = 'other'`;
    for (const n of [1, 2, 3]) {
      await one.database.transaction((em) => em.execute(rename(n)));
      await one.coherence.propagated();
    }
    expect(one.coherence.freshness.epoch()).toBe(start + 3);
    await answerUntil(one.verifier, key, { ok: true }, ({ hits }) => hits > 0);

    // The epoch of the revocation is one that the process has applied, of another history.
    const revoke = "update api_key set revoked_at = '2026-01-01'";
    await before.restore(revoke, ...[4, 5, 6, 7].map(rename));
    await one.coherence.propagated();
    expect(await one.verifier.verify(key)).toMatchObject({ refusal: { status: 401 } });
    await expect.poll(() => one.coherence.freshness.epoch()).toBeGreaterThan(start + 3);
  });

  test('what changes with each request touches nothing that decisions read', async () => {
    await using where = await place();
    await using one = await node(where.url);
    const { key } = (await seedKeys(one.database)).member;
    await one.coherence.propagated();
    const before = one.coherence.freshness.epoch();
    await one.database.transaction(async (em) => {
      await em.execute("insert into key_use (key_id, last_used_at) values ('key', ?)", [at]);
      await em.execute('update membership set as_of = ?', [new Date('2026-02-01')]);
    });
    await one.coherence.propagated();
    expect(one.coherence.freshness.epoch()).toBe(before);
    expect(await one.verifier.verify(key)).toMatchObject({ ok: true });
  });
});

const replacements: [what: string, sql: string, status: number][] = [
  [
    'of a key by a revoked one',
    `replace into api_key (id, dialect, environment, org_id, label, disabled, imported, created_at, updated_at, revoked_at)
     select id, dialect, environment, org_id, label, disabled, imported, created_at, updated_at, 1 from api_key`,
    401,
  ],
  [
    'of a secret by one that has retired',
    `insert or replace into api_key_secret (lookup, key_id, scheme, seal, prefix, first4, last4, created_at, retires_at)
     select lookup, key_id, scheme, seal, prefix, first4, last4, created_at, 1 from api_key_secret`,
    401,
  ],
  [
    'of an organization by one of a lower tier',
    `replace into organization (id, name, tier, as_of, created_at, updated_at)
     select id, name, 1, as_of, created_at, updated_at from organization`,
    403,
  ],
  [
    'of a sub-org by another with its Clerk id',
    `replace into sub_org (id, org_id, name, clerk_id, created_at)
     select 9, org_id, name, clerk_id, created_at from sub_org`,
    401,
  ],
  ['of a member by a change of ids', "update or replace membership set user_id = 'other'", 403],
];

test.each(replacements)(
  'on SQLite, as the sqlite3 shell does it, REPLACE %s is refused on every process',
  async (_what, sql, status) => {
    await using where = await migrated.SQLite();
    await using one = await node(where.url);
    await using other = await node(where.url);
    const { key } = (await seedKeys(one.database)).member;
    for (const { verifier } of [one, other]) {
      await answerUntil(verifier, key, { ok: true }, ({ hits }) => hits > 0);
    }

    const shell = new BetterSqlite3(where.url.slice('sqlite:'.length));
    shell.pragma('foreign_keys = off');
    shell.exec(sql);
    shell.close();
    await one.coherence.propagated();

    for (const { verifier } of [one, other]) {
      const request = { scope: 'repos:read' };
      expect(await verifier.verify(key, request)).toMatchObject({ refusal: { status } });
    }
  },
);

test('an announcement by another role, of a change that touches nothing, keeps no revoked key alive', async () => {
  await using where = await migrated.PostgreSQL();
  await using one = await node(where.url);
  await using other = await node(where.url);
  const { key } = (await seedKeys(one.database)).member;
  await one.coherence.propagated();
  await answerUntil(other.verifier, key, { ok: true }, ({ hits }) => hits > 0);

  const forged = JSON.stringify({ epoch: one.coherence.freshness.epoch() + 1, subjects: [] });
  await one.database.transaction(async (em) => {
    // In this transaction, it arrives just before the true one.
    await em.execute("select pg_notify('reporisk_epoch', ?)", [forged]);
    await em.execute('update api_key set revoked_at = ?', [at]);
  });
  await one.coherence.propagated();
  expect(await other.verifier.verify(key)).toMatchObject({ refusal: { status: 401 } });
});
