import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { monthOfPartition } from './partitions.ts';

/** What was pruned. */
export interface Pruned {
  /** Months of calls that were dropped whole. */
  readonly months: number;
  /** Calls that were deleted beside them. */
  readonly calls: number;
  /** Hourly counts that were deleted. */
  readonly hours: number;
}

/** Rows to a transaction: on SQLite nobody else writes meanwhile. */
const chunk = 5_000;

/** Milliseconds between two transactions, so that a server that waits for SQLite's lock gets it. */
const pause = 10;

/**
 * Forgets calls and their sums from before an instant, in small transactions; on PostgreSQL whole
 * months by dropping their partitions. When a key and each of its scopes was last used is kept.
 */
export async function pruneUsage(database: Database, before: Date): Promise<Pruned> {
  const isSqlite = database.kind === 'sqlite';
  const months = isSqlite ? 0 : await dropMonths(database, before);
  const calls = await deleteInChunks(database, isSqlite ? oldestOnSqlite : oldest, before);
  const hours = await deleteInChunks(
    database,
    `delete from key_hour where (key_id, hour, outcome) in
       (select key_id, hour, outcome from key_hour where hour < ? limit ${chunk})`,
    before,
  );
  await deleteInChunks(
    database,
    `delete from key_retiring_use where (key_id, retires_at, ip_address, user_agent) in
       (select key_id, retires_at, ip_address, user_agent from key_retiring_use
        where last_used_at < ? limit ${chunk})`,
    before,
  );
  return { months, calls, hours };
}

/** What is left of the month that the instant is in. */
const oldest = `delete from key_call where (key_id, id, created_at) in
  (select key_id, id, created_at from key_call where created_at < ? limit ${chunk})`;

/** Rows lie in the order in which they came: the first one that is not old ends it. */
const oldestOnSqlite = `delete from key_call where created_at < ? and rowid in
  (select rowid from key_call order by rowid limit ${chunk})`;

async function deleteInChunks(database: Database, sql: string, before: Date): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { affectedRows } = await database.transaction((em) =>
      em.execute<{ affectedRows: number }>(sql, [before], 'run'),
    );
    deleted += affectedRows;
    if (affectedRows < chunk) return deleted;
    await wait(pause);
  }
}

async function dropMonths(database: Database, before: Date): Promise<number> {
  const rows = await database.read().execute<{ name: string }[]>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'key_call'::regclass`,
  );
  const old = rows.filter(({ name }) => monthOfPartition(name).until <= before);
  for (const { name } of old) {
    await database.transaction((em) => em.execute(`drop table if exists ${name}`));
  }
  return old.length;
}
