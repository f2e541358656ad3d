import type { Database } from '../database/database.ts';
import type { Claim } from './tasks.ts';

/** Options of a claim. */
export interface ClaimOptions {
  /** Tasks of other types stay in the queue. */
  readonly types: readonly string[];
  readonly now: Date;
  /** The end of the claim. Without a heartbeat from this worker, others may take the task then. */
  readonly leasedUntil: Date;
  /** Identifies this claim; must be unused so far. */
  readonly lease: string;
  /** Maximum of running tasks per pool. */
  readonly perPool: number;
  /** Maximum of running tasks per organization; tasks without one are not counted. */
  readonly perOrganization: number;
}

/** The highest count of attempts; a number that no claim wrote counts as this one. */
const mostAttempts = 1_000_000;

/**
 * Claims the task that has been due for longest: it must be the first of its lane, its pool and
 * organization must have room, and it must be unclaimed. It is one statement, so no two workers
 * ever claim the same task.
 *
 * @returns null when there is none.
 */
export async function claimTask(database: Database, options: ClaimOptions): Promise<Claim | null> {
  const { types, now, leasedUntil, lease, perPool, perOrganization } = options;
  if (types.length === 0) return null;
  // On SQLite an update waits for the write lock even when nothing is due: hence a read first.
  if (database.kind === 'sqlite' && !(await isAnyDue(database, types, now))) return null;
  const [row] = await database.read().execute<Omit<Claim, 'lease'>[]>(
    `update task set lease = ?, leased_until = ?,
       attempts = case when attempts between 0 and ${mostAttempts - 1} then attempts + 1
                       else ${mostAttempts} end
     where id = (
       select t.id from task t
         left join webhook w on w.id = t.pool
         left join job j on j.id = t.id
       where t.type in (${types.map(() => '?').join(', ')})
         and t.run_at <= ?
         and (t.leased_until is null or t.leased_until <= ?)
         and not exists (select 1 from task e where e.lane = t.lane and e.position < t.position)
         and (t.pool is null or t.pool not in (
           select pool from task
           where leased_until > ? and pool is not null
           group by pool having count(*) >= ?
         ))
         and (coalesce(w.org_id, j.org_id) is null or coalesce(w.org_id, j.org_id) not in (
           select coalesce(rw.org_id, rj.org_id) from task r
             left join webhook rw on rw.id = r.pool
             left join job rj on rj.id = r.id
           where r.leased_until > ? and coalesce(rw.org_id, rj.org_id) is not null
           group by 1 having count(*) >= ?
         ))
       order by t.run_at, t.id
       limit 1
       ${database.dialect.skipLocked('t')}
     )
     returning id, type, attempts`,
    [lease, leasedUntil, ...types, now, now, now, perPool, now, perOrganization],
  );
  return row === undefined ? null : { ...row, lease };
}

async function isAnyDue(database: Database, types: readonly string[], now: Date): Promise<boolean> {
  const rows = await database.read().execute<unknown[]>(
    `select 1 from task
     where type in (${types.map(() => '?').join(', ')})
       and run_at <= ? and (leased_until is null or leased_until <= ?)
     limit 1`,
    [...types, now, now],
  );
  return rows.length > 0;
}

/**
 * The time at which the next task falls due, for a sleeping worker. Tasks that are due and
 * unclaimed wait for running ones, whose end wakes the worker.
 *
 * @param until - the upper bound of the search. It excludes a row with an invalid time, such as
 * `infinity`.
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
