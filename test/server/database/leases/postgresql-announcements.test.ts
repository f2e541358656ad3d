import { once } from 'node:events';
import pg from 'pg';
import { assert, expect, test } from 'vitest';
import { listenForAnnouncements } from '../../../../server/database/leases/postgresql-announcements.ts';
import { createAcknowledgementSigner } from '../../../../server/database/leases/signed-acknowledgement.ts';
import { migrated } from '../../../support/databases.ts';

/** A database with organizations, a connection that changes them, and one that hears of it. */
async function listening(organizations: number) {
  const resources = new AsyncDisposableStack();
  const { url } = resources.use(await migrated.PostgreSQL());
  const connect = async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    resources.defer(() => client.end());
    return client;
  };
  const [writer, listener] = [await connect(), await connect()];
  await writer.query(
    `insert into organization (id, name, tier, as_of, created_at, updated_at)
     select 'org_' || n, 'Org', 3, now(), now(), now() from generate_series(1, $1::int) n`,
    [organizations],
  );
  await listener.query('listen reporisk_epoch');
  const [{ n: before }] = (await writer.query<{ n: number }>('select n::float8 as n from epoch'))
    .rows as [{ n: number }];
  /** What the next transaction announces: its own and one that ends what is listened to. */
  async function announced(statements: readonly string[]): Promise<unknown[]> {
    const heard: string[] = [];
    listener.on('notification', ({ payload = '' }) => heard.push(payload));
    await writer.query(['begin', ...statements, 'commit'].join(';'));
    await writer.query("select pg_notify('reporisk_epoch', 'over')");
    while (heard.at(-1) !== 'over') await once(listener, 'notification');
    return heard.slice(0, -1).map((payload) => (payload === '' ? null : JSON.parse(payload)));
  }
  return { before, announced, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test('a transaction is announced once, with everything that it touched', async () => {
  await using database = await listening(3);
  const { before, announced } = database;
  expect(
    await announced([
      'update organization set tier = 1',
      "update organization set name = 'Other' where id = 'org_2'",
    ]),
  ).toEqual([
    {
      epoch: before + 1,
      subjects: ['organization/org_1', 'organization/org_2', 'organization/org_3'],
    },
  ]);
});

test('an announcement that is made too early says nothing but that there is something', async () => {
  await using database = await listening(2);
  expect(
    await database.announced([
      "update organization set tier = 1 where id = 'org_1'",
      'set constraints all immediate',
      "update organization set tier = 1 where id = 'org_2'",
    ]),
  ).toEqual([null]);
});

test('what is touched after its epoch was announced is of another', async () => {
  await using database = await listening(2);
  const { before, announced } = database;
  expect(
    await announced([
      'set constraints touch immediate',
      "update organization set tier = 1 where id = 'org_1'",
      'set constraints announce immediate',
      'set constraints announce deferred',
      "update organization set tier = 1 where id = 'org_2'",
    ]),
  ).toEqual([
    { epoch: before + 1, subjects: ['organization/org_1'] },
    { epoch: before + 2, subjects: ['organization/org_2'] },
  ]);
});

test('an announcement that would be too long says nothing but that there is something', async () => {
  await using database = await listening(1000);
  expect(await database.announced(['update organization set tier = 1'])).toEqual([null]);
});

test('a transaction that is rolled back announces nothing', async () => {
  await using database = await listening(1);
  expect(await database.announced(['update organization set tier = 1', 'rollback'])).toEqual([]);
});

test('listenForAnnouncements() takes what it cannot read or did not sign for a call to ask', async () => {
  await using place = await migrated.PostgreSQL();
  const [ours, others] = [7, 8].map((n) => createAcknowledgementSigner(new Uint8Array(32).fill(n)));
  assert(ours !== undefined && others !== undefined);
  const heard: unknown[] = [];
  const said: unknown[] = [];
  const all = Promise.withResolvers<void>();
  await using announcements = listenForAnnouncements(place.url, ours, {
    onEpoch: (news) => void heard.push(news),
    onAcknowledged(read) {
      const acknowledgement = read();
      said.push(acknowledgement);
      if (acknowledgement !== undefined) all.resolve();
    },
    onError: all.reject,
  });
  await announcements.started;
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  const announce = (channel: string, payload: string) =>
    client.query('select pg_notify($1, $2)', [`reporisk_${channel}`, payload]);
  const news = { epoch: 7, subjects: ['key/a'] };
  for (const payload of ['no JSON', '{"epoch":7,"subjects":5}', JSON.stringify(news)]) {
    await announce('epoch', payload);
  }
  const acknowledgement = { id: 'holder', epoch: 7 };
  const signed = JSON.parse(ours.sign(acknowledgement));
  for (const payload of [
    JSON.stringify(acknowledgement),
    others.sign(acknowledgement),
    JSON.stringify({ ...signed, epoch: 8 }),
    JSON.stringify({ ...signed, id: 'other' }),
    JSON.stringify({ ...signed, mac: '' }),
    JSON.stringify(signed),
  ]) {
    await announce('acknowledged', payload);
  }
  await client.end();
  await all.promise;
  expect(heard).toEqual([undefined, undefined, undefined, news]);
  // The first is its own: whether announcements arrive at all.
  expect(said).toEqual([...Array(6).fill(undefined), acknowledgement]);
});
