import { once } from 'node:events';
import pg from 'pg';
import { expect, test } from 'vitest';
import { listenForNotifications } from '../../../../server/database/leases/postgresql-notifications.ts';
import { migrated } from '../../../support/databases.ts';

/** A database with an organization, a connection that changes it, and one that listens. */
async function listening() {
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
     values ('org', 'Org', 3, now(), now(), now())`,
  );
  await listener.query('listen reporisk_epoch');
  /** The notifications of the next transaction; a separate one marks the end of them. */
  async function announced(statements: readonly string[]): Promise<unknown[]> {
    const heard: string[] = [];
    listener.on('notification', ({ payload = '' }) => heard.push(payload));
    await writer.query(['begin', ...statements, 'commit'].join(';'));
    await writer.query("select pg_notify('reporisk_epoch', 'over')");
    while (heard.at(-1) !== 'over') await once(listener, 'notification');
    return heard.slice(0, -1);
  }
  return { announced, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

test('a transaction is announced once, and without what it touched', async () => {
  await using database = await listening();
  const changes = ['update organization set tier = 1', "update organization set name = 'Other'"];
  expect(await database.announced(changes)).toEqual(['']);
});

test('a transaction that is rolled back announces nothing', async () => {
  await using database = await listening();
  expect(await database.announced(['update organization set tier = 1', 'rollback'])).toEqual([]);
});

test('listenForNotifications() takes whatever is announced for a call to look', async () => {
  await using place = await migrated.PostgreSQL();
  const said: unknown[] = [];
  const all = Promise.withResolvers<void>();
  let epochs = 0;
  await using announcements = listenForNotifications(place.url, {
    onEpoch() {
      epochs += 1;
    },
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
  const forged = JSON.stringify({ epoch: 7, subjects: ['key/a'] });
  for (const payload of ['no JSON', forged, '']) await announce('epoch', payload);
  const acknowledgement = { id: 'holder', epoch: 7 };
  for (const payload of ['no JSON', '{"id":7}', JSON.stringify(acknowledgement)]) {
    await announce('acknowledged', payload);
  }
  await client.end();
  await all.promise;
  // One more is the call on each new connection.
  expect(epochs).toBe(4);
  // The first is its own: whether announcements arrive at all.
  expect(said).toEqual([undefined, undefined, undefined, acknowledgement]);
});
