import type { Database } from '../database/database.ts';

/**
 * When the next task falls due that is not yet: so that a worker can sleep until then. Those that are
 * due and were not taken wait for others, whose end wakes the worker.
 *
 * @param until - where to stop looking. A row may hold a time that is none, such as `infinity`; the
 * bound leaves it out.
 */
export async function nextDue(
  database: Database,
  types: readonly string[],
  now: Date,
  until: Date,
): Promise<Date | null> {
  if (types.length === 0) return null;
  const [row] = await database.read().execute<{ run_at: string | number | Date }[]>(
    `select run_at from task
     where type in (${types.map(() => '?').join(', ')}) and run_at > ? and run_at <= ?
     order by run_at limit 1`,
    [...types, now, until],
  );
  return row === undefined ? null : new Date(row.run_at);
}
