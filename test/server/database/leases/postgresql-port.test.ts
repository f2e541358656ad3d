import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../../server/database/database.ts';
import type { Report } from '../../../../server/database/leases/ports.ts';
import { openPostgresqlLeases } from '../../../../server/database/leases/postgresql-port.ts';
import { createAcknowledgementSigner } from '../../../../server/database/leases/signed-acknowledgement.ts';
import { seedDemo } from '../../../../server/sessions/demo-organizations.ts';
import { migrated } from '../../../support/databases.ts';
import { startPostgres } from '../../../support/postgres-process.ts';

const signer = createAcknowledgementSigner(new Uint8Array(32));

function of(applied: number, claimed: Report['claimed'] = null): Report {
  return { applied, claimed };
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
  await using before = openPostgresqlLeases(url, signer);
  const joinedAt = await before.join('holder');
  await database.transaction((em) => em.execute('update organization set tier = 1'));
  const { epoch, holders } = await before.behind(null);
  expect(holders).toEqual([{ id: 'holder', renewals: 0 }]);

  await using port = openPostgresqlLeases(session('on'), signer);
  const news = await port.acknowledge('holder', of(joinedAt));
  expect(news?.epoch).toBe(epoch);
  expect(news?.subjects).toContain('organization/org_demo_acme');
  expect(await port.acknowledge('holder', of(epoch))).toEqual({ epoch, subjects: [] });
  expect((await port.behind(null)).holders).toEqual([]);
  await expect(port.renew('holder', of(epoch))).rejects.toThrow('timeout');
});

test('a renewal is counted, an acknowledgement is not, and who has no row is told so', async () => {
  await using place = await migrated.PostgreSQL();
  await using port = openPostgresqlLeases(place.url, signer);
  const epoch = await port.join('holder');
  await port.acknowledge('holder', of(epoch));
  await port.renew('holder', of(epoch));
  expect((await port.behind(epoch + 1)).holders).toEqual([{ id: 'holder', renewals: 1 }]);
  await port.presumeDead([{ id: 'holder', renewals: 0 }]);
  expect(await port.renew('holder', of(epoch))).not.toBeNull();
  await port.presumeDead([{ id: 'holder', renewals: 2 }]);
  expect(await port.renew('holder', of(epoch))).toBeNull();
  expect(await port.acknowledge('holder', of(epoch))).toBeNull();
});

test('what was announced counts only where the database holds no more than that', async () => {
  await using place = await migrated.PostgreSQL();
  await using database = await openDatabase(place.url);
  await seedDemo(database, Date.now());
  await using port = openPostgresqlLeases(place.url, signer);
  const joinedAt = await port.join('holder');
  const next = joinedAt + 1;
  expect(await port.acknowledge('holder', of(next, []))).toBeNull();
  expect(await port.renew('holder', of(next, []))).toBeNull();
  const change = "update organization set tier = 1 where id = 'org_demo_acme'";
  await database.transaction((em) => em.execute(change));
  for (const claimed of [[], ['organization/org_demo_globex', 'key/a']]) {
    expect(await port.acknowledge('holder', of(next, claimed))).toBeNull();
    expect(await port.renew('holder', of(next, claimed))).toBeNull();
  }
  expect((await port.behind(next)).holders).toEqual([{ id: 'holder', renewals: 0 }]);
  const touched = ['key/a', 'organization/org_demo_acme'];
  expect(await port.acknowledge('holder', of(next, touched))).toEqual({
    epoch: next,
    subjects: [],
  });
  expect((await port.behind(next)).holders).toEqual([]);
});
