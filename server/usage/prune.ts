import { setTimeout } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { JobContext } from '../queue/job-handler.ts';
import { type PruneKind, pruneParts } from './prune-parts.ts';

/** What was pruned: months of calls dropped whole, calls deleted beside them, hourly counts. */
export type Pruned = Record<PruneKind, number>;

/**
 * The job that forgets calls and their sums from before `input.before`, in small transactions; on
 * PostgreSQL whole months by dropping their partitions. When a key and each of its scopes was last
 * used is kept. Its progress counts what was deleted, a month as one.
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

/** What a job's record says was pruned, when the server died meanwhile too. */
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

const day = 86_400_000;

/** How long calls, and what is told of single ones, are kept. */
const callsKept = 30 * day;

/** How long hourly counts are kept. */
const hoursKept = 365 * day;

/** Milliseconds between two transactions, so that others get the write lock of SQLite. */
const pause = 10;

/**
 * Forgets calls, callers and refused attempts after 30 days and hourly counts after a year, in small
 * transactions. Several processes may do so at once.
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
