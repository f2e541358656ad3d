import type { Database } from '../database/database.ts';
import { Task } from '../database/entities/task.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { insertRows } from '../database/insert-rows.ts';
import { announceTasks } from './wake-ups.ts';

/** Background work to enqueue. */
export interface NewTask {
  /** The id of the record that the task works on. */
  readonly id: string;
  readonly type: string;
  /** The earliest time of the first attempt. */
  readonly runAt: Date;
  /** Tasks of one lane run one after the other, in the order in which they were enqueued. */
  readonly lane?: string;
  /** Only a few tasks of one pool run at the same time. */
  readonly pool?: string;
  /** Whether no worker is woken for it: it is looked for several times a second. */
  readonly isPolled?: boolean;
}

/** A claimed task, and the proof that the claim is still this worker's. */
export interface Claim {
  readonly id: string;
  readonly type: string;
  /** 1 for the first attempt. */
  readonly attempts: number;
  readonly lease: string;
}

/**
 * Enqueues tasks: they exist if and only if the transaction commits. Of two transactions that
 * enqueue into one lane, the second must wait for the first: the caller locks the lane's subject.
 *
 * @param em - the transaction's.
 * @param tasks - of different lanes, or without one.
 */
export async function enqueue(em: EntityManager, tasks: readonly NewTask[]): Promise<void> {
  if (tasks.length === 0) return;
  const last = await lastPositions(
    em,
    tasks.flatMap(({ lane }) => lane ?? []),
  );
  await insertRows(
    em,
    Task,
    tasks.map(({ id, type, runAt, lane = null, pool = null }) => {
      const position = lane === null ? 0 : (last.get(lane) ?? 0) + 1;
      const unclaimed = { attempts: 0, lease: null, leasedUntil: null };
      return { id, type, runAt, lane, pool, position, ...unclaimed };
    }),
  );
  if (!tasks.every(({ isPolled }) => isPolled)) await announceTasks(em);
}

/** The maximum of PostgreSQL's column. */
const lastPosition = 2_147_483_647;

/**
 * Finished tasks are deleted, so an empty lane's positions restart. A row with the maximum position
 * is ignored: the next task would have no position.
 */
async function lastPositions(
  em: EntityManager,
  lanes: readonly string[],
): Promise<Map<string, number>> {
  if (lanes.length === 0) return new Map();
  const rows = await em.execute<{ lane: string; last: number }[]>(
    `select lane, max(position) as last from task
     where lane in (${lanes.map(() => '?').join(', ')}) and position < ${lastPosition} group by lane`,
    [...lanes],
  );
  return new Map(rows.map(({ lane, last }) => [lane, last]));
}

/** Extends a worker's claim; false when the claim was lost, or the task cancelled. */
export async function extend(em: EntityManager, claim: Claim, until: Date): Promise<boolean> {
  return (await em.nativeUpdate(Task, own(claim), { leasedUntil: until })) === 1;
}

/** Removes a task from the queue; false when the claim was lost. */
export async function finish(em: EntityManager, claim: Claim): Promise<boolean> {
  return (await em.nativeDelete(Task, own(claim))) === 1;
}

/** Reschedules a task; false when the claim was lost. */
export async function postpone(em: EntityManager, claim: Claim, runAt: Date): Promise<boolean> {
  return (await em.nativeUpdate(Task, own(claim), { runAt, lease: null, leasedUntil: null })) === 1;
}

/**
 * Restores a task to its state before the claim: an attempt that a restart cut short does not
 * count.
 */
export async function giveBack(em: EntityManager, claim: Claim, runAt: Date): Promise<void> {
  const attempts = claim.attempts - 1;
  await em.nativeUpdate(Task, own(claim), { runAt, attempts, lease: null, leasedUntil: null });
}

/** Makes every waiting task of a pool due: the reason for their delay is gone. */
export async function hurry(em: EntityManager, pool: string, now: Date): Promise<void> {
  await em.nativeUpdate(Task, { pool, runAt: { $gt: now } }, { runAt: now });
  await announceTasks(em);
}

/** Cancels a task, including a claimed one: its worker stops at the next heartbeat. */
export async function cancelTask(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(Task, { id });
}

function own({ id, lease }: Claim) {
  return { id, lease };
}

/** Depth of the queue for one type. */
export interface TaskCounts {
  readonly type: string;
  /** Due and unclaimed, including tasks that wait for another of their lane. */
  readonly waiting: number;
  /** Due later: failed tasks before their next attempt, sandbox scans for their second. */
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
