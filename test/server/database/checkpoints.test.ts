import { existsSync, statSync } from 'node:fs';
import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { Checkpoints } from '../../../server/database/checkpoints.ts';
import { DurableSqliteDialect } from '../../../server/database/sqlite-dialect.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';

const fiveThousand =
  'with recursive c (n) as (select 1 union all select n + 1 from c where n < 5000) insert into t select n from c where n > ?';

/** A new file whose log holds five thousand rows. */
async function filledFile(path: string) {
  const dialect = new DurableSqliteDialect(path, true);
  const kysely = new Kysely<object>({ dialect });
  await kysely.connection().execute(async () => {});
  await dialect.handle.transaction('normal', async (run) => {
    await run('create table t (n integer)');
    await run(fiveThousand, [0]);
  });
  return { dialect, kysely };
}

test('a thread moves the log into the file after enough rows, and no other time', async () => {
  await using place = await sqliteDatabase();
  const { kysely } = await filledFile(place.path);
  const sizeAfter = async (rows: number) => {
    const checkpoints = new Checkpoints(place.path);
    checkpoints.changed(rows);
    await checkpoints.close();
    return statSync(place.path).size;
  };
  const before = await sizeAfter(4_999);
  expect(await sizeAfter(5_000)).toBeGreaterThan(before);
  await kysely.destroy();
});

test('the thread of checkpoints ends with its file', async () => {
  await using place = await sqliteDatabase();
  const { dialect, kysely } = await filledFile(place.path);
  await dialect.sync();
  expect(existsSync(`${place.path}-wal`)).toBe(true);
  await kysely.destroy();
  // The last handle that closes the file removes its log.
  expect(existsSync(`${place.path}-wal`)).toBe(false);
});
