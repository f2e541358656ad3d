import type { Database } from '../database/database.ts';
import type { Claim } from './tasks.ts';

/** What a worker looks for. */
export interface ClaimOptions {
  /** Tasks of other types stay in the queue. */
  readonly types: readonly string[];
  readonly now: Date;
  /** When others may take the task, should nothing be heard of this worker any more. */
  readonly leasedUntil: Date;
  /** Names this claim; never used before. */
  readonly lease: string;
  /** How many tasks of a pool may be under way. */
  readonly perPool: number;
  /** How many tasks of an organization may be under way; those of none are not counted. */
  readonly perOrganization: number;
}

/** Where counting ends, and what a number counts as that no claim wrote. */
const mostAttempts = 1_000_000;

/**
 * Takes the task that has been due for longest: of its lane the first, of a pool and an organization
 * that are not busy, and without a claim. One statement, so that no two workers ever take the same.
 *
 * @returns null when there is none.
 */
export async function claimTask(database: Database, options: ClaimOptions): Promise<Claim | null> {
  const { types, now, leasedUntil, lease, perPool, perOrganization } = options;
  if (types.length === 0) return null;
  // On SQLite an update waits for the write lock even when nothing is due: so it is looked first.
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
