import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { DurableSqliteDialect } from '../../../server/database/sqlite-dialect.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';

async function openRaw() {
  const place = await sqliteDatabase();
  const kysely = new Kysely<object>({ dialect: new DurableSqliteDialect(place.path, true) });
  const run = (sql: string, ...values: unknown[]) =>
    kysely.executeQuery<{ n: number }>(CompiledQuery.raw(sql, values));
  await run('create table t (n integer)');
  return {
    path: place.path,
    run,
    [Symbol.asyncDispose]: async () => {
      await kysely.destroy();
      await place[Symbol.asyncDispose]();
    },
  };
}

test('a kept statement takes new values each time, and says how many rows it changed', async () => {
  await using it = await openRaw();
  for (const n of [1, 2, 3]) {
    const { numAffectedRows } = await it.run('insert into t (n) values (?)', n);
    expect(numAffectedRows).toBe(1n);
  }
  const above = async (n: number) => (await it.run('select n from t where n > ?', n)).rows;
  expect(await above(1)).toEqual([{ n: 2 }, { n: 3 }]);
  expect(await above(2)).toEqual([{ n: 3 }]);
});

test('a kept statement holds when another process changes the tables', async () => {
  await using it = await openRaw();
  const select = async () => (await it.run('select * from t where n > ?', 0)).rows;
  await it.run('insert into t (n) values (?)', 1);
  expect(await select()).toEqual([{ n: 1 }]);
  const other = new BetterSqlite3(it.path);
  other.exec('alter table t add column m integer not null default 7');
  other.close();
  expect(await select()).toEqual([{ n: 1, m: 7 }]);
});

test('more statements than are kept are prepared again', async () => {
  await using it = await openRaw();
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 100; n++) {
      const { rows } = await it.run(`select ${n} + ? as n`, round);
      expect(rows).toEqual([{ n: n + round }]);
    }
  }
});
