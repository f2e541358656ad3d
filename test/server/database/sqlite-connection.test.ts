import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { SqliteHandle } from '../../../server/database/sqlite-connection.ts';
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

/** A handle whose statements wait for a tenth of a second, and another process's. */
async function openHandle() {
  const place = await sqliteDatabase();
  const database = new BetterSqlite3(place.path, { timeout: 0 });
  database.exec('pragma journal_mode = wal; create table t (n integer)');
  const other = new BetterSqlite3(place.path);
  return {
    ...{ database, other, handle: new SqliteHandle(database, 100) },
    async [Symbol.asyncDispose]() {
      database.close();
      other.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

const sql = (text: string) => CompiledQuery.raw(text);
const locked = { code: 'SQLITE_BUSY' };

test('while another process writes, others read in between, and who waits gives up', async () => {
  await using it = await openHandle();
  it.other.exec('begin immediate');
  const writer = await it.handle.acquire();
  const write = writer.executeQuery(sql('begin immediate'));
  const reader = await it.handle.acquire();
  expect((await reader.executeQuery(sql('select * from t'))).rows).toEqual([]);
  reader.release();
  await expect(write).rejects.toMatchObject(locked);
  writer.discard(null);
  it.other.exec('rollback');
  const next = await it.handle.acquire();
  await next.executeQuery(sql('begin immediate'));
  await next.executeQuery(sql('rollback'));
  next.release();
});

test('who gives up waiting for a turn leaves the transaction of the one who has it alone', async () => {
  await using it = await openHandle();
  it.other.exec('begin immediate');
  const late = await it.handle.acquire();
  const begin = late.executeQuery(sql('begin immediate'));
  const holder = await it.handle.acquire();
  it.other.exec('rollback');
  await holder.executeQuery(sql('begin immediate'));
  await holder.executeQuery(sql('insert into t (n) values (1)'));
  await expect(begin).rejects.toMatchObject(locked);
  late.discard(null);
  late.release();
  await expect(it.handle.acquire()).rejects.toMatchObject(locked);
  await holder.executeQuery(sql('commit'));
  holder.release();
  expect(it.other.prepare('select n from t').all()).toEqual([{ n: 1 }]);
  (await it.handle.acquire()).release();
});

test('a transaction that is open when its connection is released ends there', async () => {
  await using it = await openHandle();
  const left = await it.handle.acquire();
  await left.executeQuery(sql('begin immediate'));
  left.release();
  expect(it.database.inTransaction).toBe(false);
  const next = await it.handle.acquire();
  left.release();
  await next.executeQuery(sql('begin immediate'));
  next.release();
});

const slow =
  'with recursive c (n) as (select 1 union all select n + 1 from c where n < 100000) select max(n) from c';

test('statements one after the other let others have turns of the event loop', async () => {
  await using it = await openHandle();
  const connection = await it.handle.acquire();
  const run = (sql: string) => connection.executeQuery(CompiledQuery.raw(sql));
  let turns = 0;
  let isOver = false;
  const others = (async () => {
    for (; !isOver; turns += 1) await setImmediate();
  })();
  await run('begin');
  for (let n = 0; n < 20; n += 1) await run(slow);
  const during = turns;
  await run('commit');
  connection.release();
  isOver = true;
  await others;
  expect(during).toBeGreaterThan(2);
});

test('a statement of a transaction that ended while others had their turn is not run', async () => {
  await using it = await openHandle();
  const connection = await it.handle.acquire();
  const late = connection.executeQuery(CompiledQuery.raw('insert into t values (1)'));
  connection.release();
  await expect(late).rejects.toThrow('the transaction has ended');
  expect(it.database.prepare('select count(*) as n from t').get()).toEqual({ n: 0 });
});

test('each turn sets when the disk has its transaction, whatever the one before it set', async () => {
  await using it = await openHandle();
  const level = () => it.database.pragma('synchronous', { simple: true });
  const levels: unknown[] = [];
  const broken = it.handle.transaction('normal', async (run) => {
    await run('insert into t (n) values (?)', [1]);
    levels.push(level());
    throw new Error('broken');
  });
  const full = it.handle.acquire();
  await expect(broken).rejects.toThrow('broken');
  const connection = await full;
  levels.push(level());
  connection.release();
  expect(levels).toEqual([1, 2]);
  expect(it.other.prepare('select n from t').all()).toEqual([]);
});

test('commits share a sync, and one that has been synced needs no other', async () => {
  await using place = await sqliteDatabase();
  const dialect = new DurableSqliteDialect(place.path, true);
  const kysely = new Kysely<object>({ dialect });
  await kysely.connection().execute(async () => {});
  const { handle } = dialect;
  const insert = () => handle.transaction('normal', (run) => run('insert into t values (1)'));
  await handle.transaction('normal', (run) => run('create table t (n integer)'));
  await Promise.all([insert(), insert()]);
  expect(handle.committedRows).toBe(3);
  const [one, other] = [dialect.sync(), dialect.sync()];
  expect(one).toBe(other);
  await one;
  await handle.transaction('normal', (run) => run('select n from t'));
  expect(handle.committedRows).toBe(3);
  await handle.transaction('normal', (run) => run('insert into t values (1) returning n'));
  expect(handle.committedRows).toBe(4);
  await kysely.destroy();
});
