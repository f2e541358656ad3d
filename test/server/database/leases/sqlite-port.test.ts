import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../../server/audit/audited-database.ts';
import { migrated } from '../../../support/databases.ts';

test('while the file is locked, a holder has one write and one pruning waiting, no more', async () => {
  await using place = await migrated.SQLite();
  await using database = await openAuditedDatabase(place.url);
  const other = new BetterSqlite3(place.url.slice('sqlite:'.length));
  await using port = database.leases().port;
  await port.join('holder', 'm0', []);
  other.exec('begin immediate');
  const waiting = Promise.all([port.leave('holder'), port.prune()]);
  for (let time = 0; time < 3; time++) {
    for (const further of [port.leave('holder'), port.prune()]) {
      await expect(further).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
    }
  }
  other.exec('rollback');
  await waiting;
  expect(other.prepare('select id from holder').all()).toEqual([]);
  await port.join('holder', 'm1', []);
  other.close();
});
