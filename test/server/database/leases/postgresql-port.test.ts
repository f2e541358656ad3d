import pg from 'pg';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../../server/audit/audited-database.ts';
import { run } from '../../../../server/cli/run.ts';
import { systemClock } from '../../../../server/clock/system-clock.ts';
import { awaitAcknowledgements } from '../../../../server/database/leases/await-acknowledgements.ts';
import type { Report } from '../../../../server/database/leases/ports.ts';
import { openPostgresqlLeases } from '../../../../server/database/leases/postgresql-port.ts';
import { seedDemo } from '../../../../server/demo-mode/organizations.ts';
import { migrated } from '../../../support/databases.ts';
import { testSecret } from '../../../support/keyring.ts';
import { postgresDatabase } from '../../../support/postgres.ts';
import { startPostgres, withoutDurability } from '../../../support/postgres-process.ts';

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
  // Sessions that do not wait for the standby set the database up.
  const client = new pg.Client({ connectionString: session('local') });
  await client.connect();
  await client.query('alter role postgres set synchronous_commit = local');
  await client.end();
  await using database = await openAuditedDatabase(url);
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

test('after a failover, operations wait out a lease until one has done so', {
  timeout: 60_000,
}, async () => {
  await using postgres = await startPostgres(withoutDurability);
  const url = `${postgres.url}/postgres`;
  const migrating = await openAuditedDatabase(url);
  await migrating.migrate();
  await migrating[Symbol.asyncDispose]();
  const failover = async () => {
    await using port = openPostgresqlLeases(url);
    return (await port.behind(null)).failover;
  };
  expect(await failover()).toBeNull();
  await postgres.failOver();
  expect(await failover()).toBe('00000002');
  await postgres.failOver();

  await using port = openPostgresqlLeases(url);
  expect((await port.behind(null)).failover).toBe('00000003');
  const timing = { length: 200, margin: 10 };
  const began = performance.now();
  await awaitAcknowledgements({ port, clock: systemClock(true), timing, pollIntervalMs: 10 });
  expect(performance.now() - began).toBeGreaterThan(200);
  await expect.poll(async () => (await port.behind(null)).failover).toBeNull();
});

test('the command line removes who keeps silent before it ends, and writes a failover down', {
  timeout: 60_000,
}, async () => {
  await using place = await postgresDatabase();
  const env = {
    DATABASE_URL: place.url,
    SERVER_SECRET: Buffer.from(testSecret).toString('base64'),
  };
  expect(await run(['migrate'], env)).toMatchObject({ code: 0 });
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  await client.query("insert into holder (id, acknowledged, mark) values ('dead', -1, 'm')");
  // With the table emptied by hand, no history is known to be outlived.
  await client.query('delete from timeline');
  const add = ['org', 'add', '--clerk-id', 'org_a', '--name', 'A', '--tier', '1'];
  expect(await run(add, env)).toMatchObject({ code: 0 });
  const { rows } = await client.query(
    'select present_timeline() = outlived as is_outlived, (select count(*)::int from holder) as holders from timeline',
  );
  await client.end();
  expect(rows).toEqual([{ is_outlived: true, holders: 0 }]);
});
