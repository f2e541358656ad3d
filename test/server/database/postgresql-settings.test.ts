import { expect, test } from 'vitest';
import { unavailableCode } from '../../../server/database/is-database-away.ts';
import { PostgresqlClient } from '../../../server/database/postgresql-client.ts';
import { managementLimits } from '../../../server/database/postgresql-session.ts';
import { administrator } from '../../processes/deployment.ts';
import { create, expectRecovery } from '../../support/management.ts';
import { demoDatabase, startServer } from '../../support/server.ts';

const as = 'parent-admin';
const keys = '/api/v1/settings/api-keys';

/** A demo database whose sessions begin otherwise. */
async function databaseSetTo(settings: Readonly<Record<string, string>>) {
  const place = await demoDatabase('postgresql');
  await using admin = await administrator(place.url);
  for (const [name, value] of Object.entries(settings)) {
    await admin.rows(
      `alter database ${new URL(place.url).pathname.slice(1)} set ${name} = ${value}`,
    );
  }
  return place;
}

test.each([
  { datestyle: 'German', intervalstyle: 'sql_standard', timezone: "'Asia/Kathmandu'" },
  { datestyle: "'SQL, DMY'", intervalstyle: 'iso_8601', timezone: "'America/St_Johns'" },
  {
    standard_conforming_strings: 'off',
    client_encoding: 'LATIN1',
    extra_float_digits: '-15',
    array_nulls: 'off',
    default_transaction_isolation: 'serializable',
    bytea_output: 'escape',
  },
])('the server works the same on a database that is set to %o', async (settings) => {
  await using place = await databaseSetTo(settings);
  const now = Date.parse('2026-03-04T05:06:07.089Z');
  await using server = await startServer({ database: place.url, coherent: true, now: () => now });
  const label = "Schlüssel •••• \\' 日本";
  const created = await server.fetch(keys, { as, json: { label, expires_in_days: 1 } });
  expect(created.status).toBe(201);
  const { key, raw_key: raw } = (await created.json()) as { key: { id: string }; raw_key: string };
  const found = await server.fetch(`${keys}/${key.id}`, { as });
  expect(await found.json()).toMatchObject({
    label,
    created_at: '2026-03-04T05:06:07.089Z',
    expires_at: '2026-03-05T05:06:07.089Z',
  });
  expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(200);
  await server.usage.flush();
  expect(server.usage.counters()).toMatchObject({ flushed: 1, failures: 0 });
  await expectRecovery(server);
  const { auditLog, read } = server.database;
  expect(await auditLog.verify(read(), null)).toMatchObject({ fault: null });
});

test('each session bounds what others would wait for', async () => {
  await using place = await databaseSetTo({ lock_timeout: '0', statement_timeout: '0' });
  await using server = await startServer({ database: place.url, coherent: true });
  const set = await server.database.read().execute<{ name: string; n: number }[]>(
    `select name, setting::int as n from pg_settings
     where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout',
       'tcp_keepalives_idle', 'tcp_user_timeout')`,
  );
  expect(set).toHaveLength(5);
  for (const { n } of set) expect(n).toBeGreaterThan(0);
  const of = (name: string) => set.find((row) => row.name === name)?.n ?? 0;
  // A lock outlives its stopped process for less than others wait for it.
  expect(of('idle_in_transaction_session_timeout')).toBeLessThan(of('lock_timeout'));
  expect(of('lock_timeout')).toBeLessThan(of('statement_timeout'));
});

test('what PostgreSQL cannot do now is 503, with its cause in the log, and never 500', async () => {
  await using place = await demoDatabase('postgresql');
  await using admin = await administrator(place.url);
  await using server = await startServer({ database: place.url });
  // No right, read-only, a deadlock, a conflict, a timeout, a lock, a full disk, no memory, a bad disk.
  const codes = ['42501', '25006', '40P01', '40001', '57014', '55P03', '53100', '53200', '58030'];
  for (const code of codes) {
    await admin.rows(
      `create or replace function fail() returns trigger language plpgsql as $$
       begin raise exception using errcode = '${code}', message = 'cause'; end $$`,
    );
    await admin.rows(
      'create or replace trigger fail before insert on audit_event for each row execute function fail()',
    );
    expect([code, (await create(server)).status]).toEqual([code, 503]);
    expect(server.log.filter((line) => line.includes(`"code":"${code}"`))).not.toEqual([]);
    expect(server.services.outages.counts().get(code)).toBe(1);
  }
  await admin.rows('drop trigger fail on audit_event');
  await expectRecovery(server);
});

test('unavailableCode() tells what is asked wrong from what cannot be asked', () => {
  const coded = (code: string) => Object.assign(new Error('an error'), { code });
  for (const code of ['23505', '22P02', '42P01', '08P01', 'SQLITE_CORRUPT', 'SQLITE_CONSTRAINT']) {
    expect(unavailableCode(coded(code))).toBeNull();
  }
  for (const code of ['SQLITE_BUSY_SNAPSHOT', 'SQLITE_READONLY_DBMOVED', 'SQLITE_IOERR_WRITE']) {
    expect(unavailableCode(new Error('outer', { cause: coded(code) }))).toBe(code);
  }
  expect(unavailableCode(new AggregateError([coded('ECONNREFUSED')]))).toBe('ECONNREFUSED');
  expect(unavailableCode(new Error('Connection terminated unexpectedly'))).toBe('DISCONNECTED');
});

test('a statement at work is left alone where PostgreSQL does not track activities', async () => {
  await using place = await databaseSetTo({ track_activities: 'off' });
  const client = new PostgresqlClient({ connectionString: place.url, limits: managementLimits });
  await client.connect();
  const { rowCount } = await client.query('select pg_sleep(2.5)');
  await client.end();
  expect(rowCount).toBe(1);
});
