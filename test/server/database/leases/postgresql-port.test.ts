import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../../server/database/database.ts';
import type { Report } from '../../../../server/database/leases/ports.ts';
import { openPostgresqlLeases } from '../../../../server/database/leases/postgresql-port.ts';
import { seedDemo } from '../../../../server/sessions/demo-organizations.ts';
import { migrated } from '../../../support/databases.ts';
import { startPostgres } from '../../../support/postgres-process.ts';

/** A report of a holder whose row holds one mark. */
function of(applied: number, mark: string, next: string): Report {
  return { applied, marks: [mark], mark: next, heads: [] };
}

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
  const { epoch: joinedAt } = await before.join('holder', 'm0', []);
  await database.transaction((em) => em.execute('update organization set tier = 1'));
  const { epoch, holders } = await before.behind(null);
  expect(holders).toEqual([{ id: 'holder', mark: 'm0' }]);

  await using port = openPostgresqlLeases(session('on'));
  const { history, mine } = await port.acknowledge('holder', of(joinedAt, 'm0', 'm1'));
  expect([history.epoch, mine?.mark]).toEqual([epoch, 'm1']);
  expect(mine?.subjects).toContain('organization/org_demo_acme');
  const acknowledged = await port.acknowledge('holder', of(epoch, 'm1', 'm2'));
  expect(acknowledged.mine).toEqual({ mark: 'm2', subjects: [] });
  expect((await port.behind(null)).holders).toEqual([]);
  await expect(port.renew('holder', of(epoch, 'm2', 'm3'))).rejects.toThrow('does not answer');
});

test('an acknowledgement that says and brings nothing writes no mark, and a renewal always does', async () => {
  await using place = await migrated.PostgreSQL();
  await using port = openPostgresqlLeases(place.url);
  const { epoch } = await port.join('holder', 'm0', []);
  const told = await port.acknowledge('holder', of(epoch, 'm0', 'm1'));
  expect(told.mine).toEqual({ mark: 'm0', subjects: [] });
  const renewed = await port.renew('holder', of(epoch, 'm0', 'm2'));
  expect(renewed.mine).toEqual({ mark: 'm2', subjects: [] });
});
