import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../../server/database/database.ts';
import { openPostgresqlLeases } from '../../../../server/database/leases/postgresql-port.ts';
import { seedDemo } from '../../../../server/sessions/demo-organizations.ts';
import { migrated } from '../../../support/databases.ts';
import { startPostgres } from '../../../support/postgres-process.ts';

test('with a standby that does not answer, acknowledgements go through and renewals do not', {
  timeout: 60_000,
}, async () => {
  await using postgres = await startPostgres({ synchronous_standby_names: 'away' });
  const url = `${postgres.url}/postgres`;
  const session = (commits: 'local' | 'on') => `${url}?options=-csynchronous_commit%3D${commits}`;
  // Those that do not wait for it make what there is.
  const client = new pg.Client({ connectionString: session('local') });
  await client.connect();
  await client.query('alter role postgres set synchronous_commit = local');
  await client.end();
  await using database = await openDatabase(url);
  await database.migrate();
  await seedDemo(database, Date.now());
  await using before = openPostgresqlLeases(url);
  const joinedAt = await before.join('holder');
  await database.transaction((em) => em.execute('update organization set tier = 1'));
  const { epoch, holders } = await before.behind(null);
  expect(holders).toEqual([{ id: 'holder', renewals: 0 }]);

  await using port = openPostgresqlLeases(session('on'));
  const news = await port.acknowledge('holder', joinedAt);
  expect(news?.epoch).toBe(epoch);
  expect(news?.subjects).toContain('organization/org_demo_acme');
  expect(await port.acknowledge('holder', epoch)).toEqual({ epoch, subjects: [] });
  expect((await port.behind(null)).holders).toEqual([]);
  await expect(port.renew('holder', epoch)).rejects.toThrow('timeout');
});

test('a renewal is counted, an acknowledgement is not, and who has no row is told so', async () => {
  await using place = await migrated.PostgreSQL();
  await using port = openPostgresqlLeases(place.url);
  const epoch = await port.join('holder');
  await port.acknowledge('holder', epoch);
  await port.renew('holder', epoch);
  expect((await port.behind(epoch + 1)).holders).toEqual([{ id: 'holder', renewals: 1 }]);
  await port.presumeDead([{ id: 'holder', renewals: 0 }]);
  expect(await port.renew('holder', epoch)).not.toBeNull();
  await port.presumeDead([{ id: 'holder', renewals: 2 }]);
  expect(await port.renew('holder', epoch)).toBeNull();
  expect(await port.acknowledge('holder', epoch)).toBeNull();
});
