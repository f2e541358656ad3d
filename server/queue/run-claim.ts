import type { Logger } from 'pino';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../database/database.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type Claim, extend, finish, giveBack, postpone } from './tasks.ts';

/** What became of an attempt. */
export interface TaskOutcome {
  /** When to try again; null when the task is done, or given up. */
  readonly again: Date | null;
  /**
   * Writes down what came of it, in the transaction that takes the task off the queue.
   *
   * @returns when to try again in place of `again`, where what it found changed since the attempt began.
   */
  record?(em: EntityManager): Promise<Date | null | undefined>;
}

/**
 * Does tasks of one type. It may be called again for a task that it did: the process may have died
 * before that was written down.
 *
 * @param signal - aborted when the task was cancelled or the server stops.
 * @throws when the attempt failed for no known reason; it is repeated later.
 */
export type TaskHandler = (claim: Claim, signal: AbortSignal) => Promise<TaskOutcome>;

/** What an attempt needs besides its handler. */
export interface RunOptions {
  readonly database: Database;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly now: () => number;
  readonly timer: Clock['after'];
  /** Milliseconds that a sign of life lasts. */
  readonly lease: number;
  /** When to try again after a failure for no known reason. */
  readonly retryAt: () => Date;
  /** Aborted when the worker cannot wait any longer. */
  readonly stopping: AbortSignal;
}

/** The claim expired or the task was cancelled: the result of this attempt is discarded. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** Makes one attempt at a task, with signs of life while it lasts, and writes down what came of it. */
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
    // The claim runs out, and then the task is done again.
    logger.error({ err: error, task: claim.id }, 'the outcome of a task could not be recorded');
  } finally {
    stopHeartbeat();
  }
}

/** The handler's outcome; null when it failed for no known reason. */
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

/** Records come before the task's own row: statements that change many of both use this order. */
function settle(database: Database, claim: Claim, outcome: TaskOutcome): Promise<void> {
  return database.transaction(async (em) => {
    const again = (await outcome.record?.(em)) ?? outcome.again;
    const isOurs = again === null ? await finish(em, claim) : await postpone(em, claim, again);
    if (!isOurs) throw new ClaimLost();
  });
}

/** Extends the claim again and again, until told to stop or the claim is lost. */
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
