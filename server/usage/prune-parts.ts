import type { Database } from '../database/database.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { monthOfPartition } from './partitions.ts';

/** The counters of a pruning. */
export type PruneKind = 'months' | 'calls' | 'hours';

/** One kind of rows to prune; repeating it is harmless. */
export interface PrunePart {
  readonly counts: PruneKind | null;
  /** Removes one chunk, in the caller's transaction; `more` when there may be more. */
  remove(em: EntityManager): Promise<{ readonly rows: number; readonly more: boolean }>;
}

/** Rows per transaction: on SQLite nothing else can be written during one. */
const chunk = 5_000;

/** Old calls in the month that the cutoff is in, after whole months are dropped. */
const oldestCalls = `delete from key_call where (key_id, id, created_at) in
  (select key_id, id, created_at from key_call where created_at < ? limit ${chunk})`;

const oldHours = `delete from key_hour where (key_id, hour, outcome) in
  (select key_id, hour, outcome from key_hour where hour < ? limit ${chunk})`;

const oldPlaces = `delete from key_retiring_use where (key_id, retires_at, ip_address, user_agent) in
  (select key_id, retires_at, ip_address, user_agent from key_retiring_use
   where last_used_at < ? limit ${chunk})`;

const oldClients = `delete from key_client_use where (key_id, day, ip_address, user_agent) in
  (select key_id, day, ip_address, user_agent from key_client_use where day < ? limit ${chunk})`;

const oldRefusals = `delete from key_refusal where (key_id, reason, ip_address) in
  (select key_id, reason, ip_address from key_refusal where last_at < ? limit ${chunk})`;

const oldRefusedSecrets = `delete from key_refused_secret where (key_id, preview) in
  (select key_id, preview from key_refused_secret where last_at < ? limit ${chunk})`;

/** The cutoffs: one for hourly counts, one for all else. */
export interface PruneBefore {
  readonly calls: Date;
  readonly hours: Date;
}

/** The prunable rows, in order. */
export function pruneParts(kind: Database['kind'], before: PruneBefore): readonly PrunePart[] {
  const calls: readonly PrunePart[] =
    kind === 'sqlite'
      ? [{ counts: 'calls', remove: callsOnSqlite(before.calls) }]
      : [
          { counts: 'months', remove: (em) => dropMonth(em, before.calls) },
          { counts: 'calls', remove: (em) => removeRows(em, oldestCalls, before.calls) },
        ];
  return [
    ...calls,
    { counts: 'hours', remove: (em) => removeRows(em, oldHours, before.hours) },
    { counts: null, remove: (em) => removeRows(em, oldPlaces, before.calls) },
    { counts: null, remove: (em) => removeRows(em, oldClients, before.calls) },
    { counts: null, remove: (em) => removeRows(em, oldRefusals, before.calls) },
    { counts: null, remove: (em) => removeRows(em, oldRefusedSecrets, before.calls) },
  ];
}

async function removeRows(em: EntityManager, sql: string, before: Date) {
  const { affectedRows: rows } = await em.execute<{ affectedRows: number }>(sql, [before], 'run');
  return { rows, more: rows === chunk };
}

/**
 * Rows are in the order of their storing, and within a batch in the order of their keys: the scan
 * ends after two consecutive chunks without an old row.
 */
function callsOnSqlite(before: Date): PrunePart['remove'] {
  let after = 0;
  let young = 0;
  return async (em) => {
    const [stretch] = await em.execute<{ last: number | null; length: number }[]>(
      `select max(n) as last, count(*) as length
       from (select rowid as n from key_call where rowid > ? order by rowid limit ${chunk})`,
      [after],
    );
    const last = stretch?.last ?? after;
    const { affectedRows: rows } = await em.execute<{ affectedRows: number }>(
      'delete from key_call where rowid > ? and rowid <= ? and created_at < ?',
      [after, last, before],
      'run',
    );
    after = last;
    young = rows === 0 ? young + 1 : 0;
    return { rows, more: stretch?.length === chunk && young < 2 };
  };
}

async function dropMonth(em: EntityManager, before: Date) {
  const rows = await em.execute<{ name: string }[]>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'key_call'::regclass`,
  );
  const [old, ...others] = rows.filter(({ name }) => monthOfPartition(name).until <= before);
  if (old === undefined) return { rows: 0, more: false };
  await em.execute(`drop table if exists ${old.name}`);
  return { rows: 1, more: others.length > 0 };
}
