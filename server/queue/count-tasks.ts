import type { Database } from '../database/database.ts';

/** How much there is to do of one type. */
export interface TaskCounts {
  readonly type: string;
  /** Due and not claimed yet; also those that wait for another of their lane. */
  readonly waiting: number;
  /** Due later: they failed and are tried again. */
  readonly postponed: number;
  readonly running: number;
}

/** The depths of the queue by type, for metrics. */
export async function countTasks(database: Database, now: Date): Promise<TaskCounts[]> {
  const rows = await database.read().execute<Record<keyof TaskCounts, string | number>[]>(
    `select type,
       sum(case when leased_until > ? then 1 else 0 end) as running,
       sum(case when leased_until > ? then 0 when run_at <= ? then 1 else 0 end) as waiting,
       sum(case when leased_until > ? then 0 when run_at <= ? then 0 else 1 end) as postponed
     from task group by type order by type`,
    [now, now, now, now, now],
  );
  return rows.map(({ type, waiting, postponed, running }) => ({
    type: String(type),
    waiting: Number(waiting),
    postponed: Number(postponed),
    running: Number(running),
  }));
}
