import { setTimeout } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import { pruneParts } from './prune-parts.ts';

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
