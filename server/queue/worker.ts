import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type RandomSource, secureRandom } from '../../core/mod.ts';
import type { Clock } from '../clock/clock.ts';
import { minute } from '../clock/durations.ts';
import { systemClock } from '../clock/system-clock.ts';
import type { Database } from '../database/database.ts';
import { backoff } from './backoff.ts';
import { claimTask, nextDue } from './claim-task.ts';
import { runClaim, type TaskHandler } from './run-claim.ts';
import type { Claim } from './tasks.ts';

/** Options of a worker. */
export interface WorkerOptions {
  readonly database: Database;
  readonly handlers: Readonly<Record<string, TaskHandler>>;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly timer?: Clock['after'];
  readonly random?: RandomSource;
  /** Maximum of running tasks. */
  readonly concurrency?: number;
  /** Maximum of running tasks per pool, in all processes together. */
  readonly perPool?: number;
  /** Maximum per organization, in all processes together: a few of these do not fill a worker. */
  readonly perOrganization?: number;
  /** Milliseconds without a heartbeat after which a worker's claim expires. */
  readonly lease?: number;
  /**
   * Milliseconds between two polls of the queue without a notification or a task that falls due.
   */
  readonly pollIntervalMs?: number;
  /** Milliseconds for running tasks to end when the worker stops. */
  readonly stopTimeoutMs?: number;
}

/** Runs tasks until it is disposed of; disposing lets running tasks finish. */
export interface Worker extends AsyncDisposable {
  /** Polls the queue now. */
  wake(): void;
  /** Resolves when no task is running and none is due. */
  idle(): Promise<void>;
}

/** Starts a worker. */
export function startWorker(options: WorkerOptions): Worker {
  const { database, handlers, logger, now } = options;
  const { timer = systemClock(false).after, random = secureRandom } = options;
  const { concurrency = 64, perPool = 4, perOrganization = 8 } = options;
  const { lease = minute, stopTimeoutMs = 10_000 } = options;
  const { pollIntervalMs = database.kind === 'sqlite' ? 500 : 5_000 } = options;
  const types = Object.keys(handlers);
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let stopped = false;
  let wanted = false;
  let looking: Promise<void> | null = null;
  let cancelPoll = () => {};

  function wake(): void {
    if (stopped) return;
    wanted = true;
    looking ??= look().finally(() => {
      looking = null;
      if (wanted) wake();
    });
  }

  async function look(): Promise<void> {
    cancelPoll();
    let pause = pollIntervalMs;
    try {
      while (wanted && !stopped) {
        wanted = false;
        await fill();
      }
      if (!stopped) pause = await untilNextDue();
    } catch (error) {
      logger.error({ err: error }, 'the queue cannot be read');
    }
    if (!stopped) cancelPoll = timer(pause, wake);
  }

  /** Milliseconds until the next task falls due, limited by the poll interval. */
  async function untilNextDue(): Promise<number> {
    const due = await nextDue(database, types, new Date(now()), new Date(now() + pollIntervalMs));
    return due === null
      ? pollIntervalMs
      : Math.min(pollIntervalMs, Math.max(1, due.getTime() - now()));
  }

  async function fill(): Promise<void> {
    while (!stopped && running.size < concurrency) {
      const claim = await claimTask(database, {
        types,
        now: new Date(now()),
        leasedUntil: new Date(now() + lease),
        lease: randomUUID(),
        perPool,
        perOrganization,
      });
      if (claim === null) return;
      start(claim);
    }
  }

  function start(claim: Claim): void {
    const handler = handlers[claim.type];
    if (handler === undefined) throw new Error(`unreachable: no handler of ${claim.type}`);
    const retryAt = () => new Date(now() + backoff(claim.attempts, random));
    const parts = { database, logger, now, timer, lease, retryAt, stopping: stopping.signal };
    const run = runClaim(claim, handler, parts).finally(() => {
      running.delete(run);
      wake();
    });
    running.add(run);
  }

  async function idle(): Promise<void> {
    while (looking !== null || running.size > 0) await Promise.all([looking, ...running]);
  }

  wake();
  return {
    wake,
    idle,
    async [Symbol.asyncDispose]() {
      stopped = true;
      cancelPoll();
      const cancelStopTimeout = timer(stopTimeoutMs, () => stopping.abort());
      await idle();
      cancelStopTimeout();
      cancelPoll();
    },
  };
}
