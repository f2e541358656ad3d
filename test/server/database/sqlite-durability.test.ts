import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { openDatabase } from '../../../server/database/database.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';

test('transactions resolve once the disk has them, and those that commit at the same time share its wait', async () => {
  await using place = await sqliteDatabase();
  await using database = await openDatabase(place.url);
  const write = (n: number) =>
    database.transaction((em) => em.execute('insert into t (n) values (?)', [n]));
  await database.transaction((em) => em.execute('create table t (n integer)'));
  const other = new BetterSqlite3(place.path, { readonly: true });
  const visible = other.prepare('select count(*) from t').pluck();

  const disk = Promise.withResolvers<void>();
  await using file = await open(place.path);
  using sync = vi.spyOn(Object.getPrototypeOf(file), 'datasync');
  sync.mockImplementation(() => disk.promise);
  let resolved = 0;
  const writes = [1, 2, 3, 4, 5].map((n) => write(n).then(() => (resolved += 1)));
  while (visible.get() !== 5) await setImmediate();
  await setImmediate();
  expect(resolved).toBe(0);
  disk.resolve();
  await Promise.all(writes);
  expect(sync.mock.calls.length).toBeLessThanOrEqual(2);

  sync.mockRejectedValueOnce(new Error('the disk is broken'));
  await expect(write(6)).rejects.toThrow('the disk is broken');
  await write(7);
  other.close();
});
