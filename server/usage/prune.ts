import { setTimeout } from 'node:timers/promises';
import { day } from '../clock/durations.ts';
import type { Database } from '../database/database.ts';
import type { JobContext } from '../queue/job-handler.ts';
import { type PruneKind, pruneParts } from './prune-parts.ts';

/** Pruned counts: months of calls dropped whole, calls deleted in addition, hourly counts. */
export type Pruned = Record<PruneKind, number>;

/**
 * The job that deletes calls and their sums from before `input.before`, in small transactions; on
 * PostgreSQL it drops partitions of whole months. The last uses of a key and of each of its scopes
 * are kept. Its progress counts deleted rows, and a month as one.
 */
export function pruneUsage(kind: Database['kind']) {
  return async ({ input }: { readonly input?: unknown }, { step }: JobContext): Promise<Pruned> => {
    const before = beforeOf(input);
    let pruned: Pruned = { months: 0, calls: 0, hours: 0 };
    for (const { counts, remove } of pruneParts(kind, { calls: before, hours: before })) {
      for (let more = true; more; ) {
        await step(async (em, { progress, result }) => {
          const removed = await remove(em);
          more = removed.more;
          pruned = prunedSoFar(result);
          if (counts === null) return {};
          pruned[counts] += removed.rows;
          return { progress: progress + removed.rows, result: pruned };
        });
      }
    }
    return pruned;
  };
}

/** The pruned counts in a job's record, which survive a crash of the server. */
export function prunedSoFar(result: Record<string, unknown> | null | undefined): Pruned {
  const of = (kind: PruneKind) => Number(result?.[kind] ?? 0);
  return { months: of('months'), calls: of('calls'), hours: of('hours') };
}

function beforeOf(input: unknown): Date {
  const isThere = typeof input === 'object' && input !== null && 'before' in input;
  const before = new Date(isThere ? String(input.before) : Number.NaN);
  if (Number.isNaN(before.getTime())) throw new Error('a job to prune usage without an instant');
  return before;
}

/** Retention of calls and of all details about single calls. */
const callsKept = 30 * day;

/** Retention of hourly counts. */
const hoursKept = 365 * day;

/** Milliseconds between two transactions, in which others get SQLite's write lock. */
const pause = 10;

/**
 * Deletes calls, callers and refused attempts after 30 days and hourly counts after a year, in
 * small transactions. Safe to run in several processes in parallel.
 */
export async function forgetUsage(database: Database, now: number): Promise<void> {
  const before = { calls: new Date(now - callsKept), hours: new Date(now - hoursKept) };
  for (const { remove } of pruneParts(database.kind, before)) {
    for (let more = true; more; ) {
      ({ more } = await database.transaction(remove));
      if (more) await setTimeout(pause);
    }
  }
}
