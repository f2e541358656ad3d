import type { Logger } from 'pino';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../database/database.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type Claim, extend, finish, giveBack, postpone } from './tasks.ts';

/** The outcome of an attempt. */
export interface TaskOutcome {
  /** Time of the next attempt; null when the task is done, or given up. */
  readonly again: Date | null;
  /**
   * Records the outcome, in the transaction that removes the task from the queue.
   *
   * @returns the time of the next attempt in place of `again`, where the state changed since the
   * attempt began.
   */
  record?(em: EntityManager): Promise<Date | null | undefined>;
}

/**
 * Runs tasks of one type. It may be called again for a finished task: the process may have died
 * before the outcome was recorded.
 *
 * @param signal - aborted when the task is cancelled or the server stops.
 * @throws for an unexpected failure; the attempt is repeated later.
 */
export type TaskHandler = (claim: Claim, signal: AbortSignal) => Promise<TaskOutcome>;

/** Options of an attempt in addition to its handler. */
export interface RunOptions {
  readonly database: Database;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly now: () => number;
  readonly timer: Clock['after'];
  /** Milliseconds that a heartbeat extends the claim by. */
  readonly lease: number;
  /** Time of the next attempt after an unexpected failure. */
  readonly retryAt: () => Date;
  /** Aborted when the worker cannot wait any longer. */
  readonly stopping: AbortSignal;
}

/** The claim expired or the task was cancelled: the result of this attempt is discarded. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** Makes one attempt at a task, with heartbeats while it lasts, and records the outcome. */
export async function runClaim(
  claim: Claim,
  handler: TaskHandler,
  parts: RunOptions,
): Promise<void> {
  const { database, logger, now, stopping } = parts;
  const ours = new AbortController();
  const signal = AbortSignal.any([ours.signal, stopping]);
  const stopHeartbeat = heartbeat(claim, parts, () => ours.abort());
  try {
    const outcome = await attempt(claim, handler, signal, parts);
    if (ours.signal.aborted) return;
    if (stopping.aborted && outcome === null) {
      await giveBack(database.read(), claim, new Date(now()));
    } else {
      await settle(database, claim, outcome ?? { again: parts.retryAt() });
    }
  } catch (error) {
    if (error instanceof ClaimLost) return;
    // The claim expires, and the task runs again.
    logger.error({ err: error, task: claim.id }, 'the outcome of a task could not be recorded');
  } finally {
    stopHeartbeat();
  }
}

/** The handler's outcome; null after an unexpected failure. */
async function attempt(
  claim: Claim,
  handler: TaskHandler,
  signal: AbortSignal,
  { logger }: RunOptions,
): Promise<TaskOutcome | null> {
  try {
    return await handler(claim, signal);
  } catch (error) {
    if (!signal.aborted) logger.error({ err: error, task: claim.id }, 'a task failed');
    return null;
  }
}

/** Records come before the task's row: statements that change many of both use this lock order. */
function settle(database: Database, claim: Claim, outcome: TaskOutcome): Promise<void> {
  return database.transaction(async (em) => {
    const again = (await outcome.record?.(em)) ?? outcome.again;
    const isOurs = again === null ? await finish(em, claim) : await postpone(em, claim, again);
    if (!isOurs) throw new ClaimLost();
  });
}

/** Extends the claim repeatedly, until stopped or until the claim is lost. */
function heartbeat(claim: Claim, parts: RunOptions, onLost: () => void): () => void {
  const { database, logger, now, timer, lease } = parts;
  let stopped = false;
  let cancel = timer(lease / 3, once);

  async function extended(): Promise<void> {
    try {
      if (!(await extend(database.read(), claim, new Date(now() + lease)))) return onLost();
    } catch (error) {
      logger.warn({ err: error, task: claim.id }, 'a sign of life could not be given');
    }
    if (!stopped) cancel = timer(lease / 3, once);
  }
  function once(): void {
    void extended();
  }
  return () => {
    stopped = true;
    cancel();
  };
}
