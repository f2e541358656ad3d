import { expect, test } from 'vitest';
import { importKeys } from '../../../server/api-keys/import-keys.ts';
import { importApiKeys } from '../../../server/operations/api-keys/import.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { countedLiveKeys, expectLiveKeysCounted } from '../../support/live-key-count.ts';
import { onBothDatabases, type RunningServer, startServerOn } from '../../support/server.ts';
import { importLines, startOperatorJobs } from '../queue/operator-jobs.ts';

const as = 'parent-admin';
const keys = '/api/v1/settings/api-keys';
const org = 'org_demo_acme';
const day = 86_400_000;
const most = 100_000;
const full = {
  status: 409,
  body: { detail: 'An organization can have at most 100000 live API keys' },
};

const create = (server: RunningServer, more: object = {}) =>
  answer(server.fetch(keys, { as, json: { label: 'CI', ...more } }));

/** The counter as the database has it: of an organization and environment. */
async function counter(server: RunningServer, environment = 'live'): Promise<number> {
  return (await countedLiveKeys(server.database))[`${org} ${environment}`] ?? 0;
}

/**
 * Pretends that the organization has `more` keys more: writing them would take long, and show no
 * more.
 */
async function pretend(server: RunningServer, more: number, environment = 'live'): Promise<void> {
  await server.database
    .read()
    .execute('update live_key_count set keys = keys + ? where org_id = ? and environment = ?', [
      ...[more, org, environment],
    ]);
}

onBothDatabases((kind) => {
  test('an organization has so many live keys, and as many for tests', async () => {
    await using server = await startServerOn(kind);
    const { id } = await issueKey(server);
    await issueKey(server, { environment: 'test' });
    await pretend(server, most - 1);
    expect(await create(server)).toEqual(full);
    expect(await counter(server)).toBe(most);
    expect(await create(server, { environment: 'test' })).toMatchObject({ status: 201 });
    await pretend(server, most - 2, 'test');
    expect(await create(server, { environment: 'test' })).toEqual(full);
    await server.fetch(`${keys}/${id}`, { as, method: 'DELETE' });
    // Of two concurrent creations there is room for one.
    const both = await Promise.all([create(server), create(server)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('keys that expired make room once it is needed', async () => {
    await using it = await startOperatorJobs(kind);
    const { server, clock } = it;
    for (const expires_in_days of [1, 1, 3]) await issueKey(server, { expires_in_days });
    await pretend(server, most - 3);
    expect(await create(server)).toEqual(full);
    clock.advance(day);
    expect(await create(server)).toMatchObject({ status: 201 });
    expect(await create(server, { expires_in_days: 1 })).toMatchObject({ status: 201 });
    expect(await create(server)).toEqual(full);
    // A clock that was ahead takes nothing from the count when it is put right.
    clock.advance(2 * day);
    await pretend(server, -1);
    expect(await create(server)).toMatchObject({ status: 201 });
    clock.advance(-2 * day);
    expect(await create(server)).toEqual(full);
    await pretend(server, 3 - most + 1);
    await expectLiveKeysCounted(server.database);
    // One that is revoked after it expired and was left out is not taken off again.
    const gone = await server.database
      .read()
      .execute<{ id: string }[]>('select id from api_key where expires_at <= ?', [
        new Date(clock.now()),
      ]);
    const json = { ids: gone.map(({ id }) => id), action: 'revoke' };
    await server.fetch(`${keys}/bulk`, { as, json });
    await expectLiveKeysCounted(server.database);
  });

  test('the migration counts the keys that are there', async () => {
    await using server = await startServerOn(kind);
    const { database } = server;
    for (const more of [{}, { environment: 'test' }, { expires_in_days: 1 }]) {
      await issueKey(server, more);
    }
    const { id } = await issueKey(server);
    await server.fetch(`${keys}/${id}`, { as, method: 'DELETE' });
    const em = database.read();
    for (const event of ['insert', 'update', 'delete']) {
      const name = `count_live_keys_on_${event}`;
      await em.execute(
        kind === 'sqlite' ? `drop trigger ${name}` : `drop function ${name} cascade`,
      );
    }
    await em.execute('drop table live_key_count');
    if (kind === 'postgresql') await em.execute('drop table live_key_change');
    await em.execute("delete from mikro_orm_migrations where name = '0023-live-keys'");
    await database.migrate();
    expect([await counter(server), await counter(server, 'test')]).toEqual([2, 1]);
    await expectLiveKeysCounted(database);
  });

  test('imports keep to the limit, when they are asked for and when they are done', async () => {
    await using it = await startOperatorJobs(kind);
    const { server } = it;
    await issueKey(server);
    const ask = async (items: object[]) =>
      importApiKeys.output.parse(await it.ask(importApiKeys, { items })).jobIds[0] ?? '';
    const work = async () => {
      await using worker = it.worker('key_import', importKeys(it.services));
      await worker.idle();
    };
    const items = importLines(5, org);
    await pretend(server, most - 5);
    await expect(ask(items)).rejects.toThrow(full.body.detail);
    const id = await ask(items.slice(0, 4));
    // While it waits, others take the room.
    await pretend(server, 1);
    await work();
    const failed = { status: 'failed', errorMessage: full.body.detail };
    expect(await it.job(id)).toMatchObject(failed);
    await pretend(server, -1);
    const next = await ask(items.slice(0, 4));
    await work();
    expect(await it.job(next)).toMatchObject({ status: 'completed' });
    expect(await counter(server)).toBe(most);
    // Keys that are known already need no room.
    await ask(items.slice(0, 4));
  });

  test('the counter is right after everything that ends or begins the life of keys', async () => {
    await using server = await startServerOn(kind);
    const { database } = server;
    const { payments } = await demoIds(server);
    const send = async (path: string, json: object = {}, method = 'POST') => {
      const { status } = await server.fetch(`/api/v1/settings/${path}`, { as, json, method });
      expect([path, status < 300]).toEqual([path, true]);
      await expectLiveKeysCounted(database);
    };
    const made = [];
    for (const more of [
      {},
      { environment: 'test' },
      { expires_in_days: 1 },
      { sub_org_id: payments },
      { sub_org_id: payments, environment: 'test' },
      {},
      {},
    ]) {
      made.push(await issueKey(server, more));
      await expectLiveKeysCounted(database);
    }
    const [one, , two, , , leaked, bulk] = made;
    await send(`api-keys/${one?.id}`, { disabled: true }, 'PATCH');
    await send(`api-keys/${one?.id}/rotate`);
    await send(`api-keys/${two?.id}`, {}, 'DELETE');
    await send('api-keys/bulk', { ids: [bulk?.id], action: 'revoke' });
    await server.fetch('/api/v1/leaks/report', { json: { token: leaked?.raw } });
    await expectLiveKeysCounted(database);
    expect(await counter(server)).toBe(2);
    await send(`sub-orgs/${payments}/archive`);
    expect([await counter(server), await counter(server, 'test')]).toEqual([1, 1]);

    // By hand, which no operation does.
    const sql = (text: string) => database.transaction((em) => em.execute(text));
    for (const statement of [
      "update api_key set environment = 'test'",
      'update api_key set revoked_at = null, expires_at = null',
      "update api_key set org_id = 'org_demo_globex', environment = 'live'",
      `update api_key set org_id = '${org}'`,
    ]) {
      await sql(statement);
      await expectLiveKeysCounted(database);
    }
    expect(await counter(server)).toBe(7);
    await sql(`delete from api_key_secret where key_id = '${one?.id}'`);
    await sql(`delete from api_key where id = '${one?.id}'`);
    await expectLiveKeysCounted(database);
    await send('api-keys/revoke-all', { confirm: 6 });
    expect(await counter(server)).toBe(0);
  });
});

test('on PostgreSQL, no transaction that takes keys away keeps others of its organization waiting', async () => {
  await using server = await startServerOn('postgresql');
  const [one, other] = [await issueKey(server), await issueKey(server)];
  await server.database.transaction(async (em) => {
    await em.execute('update api_key set revoked_at = now() where id = ?', [one.id]);
    expect(await create(server)).toMatchObject({ status: 201 });
    const revoked = await server.fetch(`${keys}/${other.id}`, { as, method: 'DELETE' });
    expect(revoked.status).toBe(204);
  });
  await expectLiveKeysCounted(server.database);
  expect(await counter(server)).toBe(1);
});
