import { setTimeout as wait } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/core';
import { type RandomSource, secureRandom } from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import { Job } from '../database/entities/job.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { backoff } from './backoff.ts';
import { forgetLines } from './forget-lines.ts';
import { isQueuedByServer } from './queue-job.ts';
import type { TaskHandler, TaskOutcome } from './run-claim.ts';

/**
 * Milliseconds after each step. On SQLite a step never yields the event loop: during the pause,
 * requests are served, and another process can take the write lock.
 */
const pause = 10;

/** The tools of a running job. */
export interface JobContext {
  /** Aborted when the job is cancelled or the server stops. */
  readonly signal: AbortSignal;
  /** Records the job's progress for its pollers. */
  progress(done: number, total?: number): Promise<void>;
  /**
   * Runs a part of the job and records its progress, in one transaction that holds the job's
   * record. A finished part is therefore recorded as finished, whichever worker runs the next one.
   * `work` may get the part again after a failure.
   *
   * @throws when the job was cancelled.
   */
  step(work: (em: EntityManager, job: Job) => Promise<Partial<Job>>): Promise<void>;
}

/** The job cannot succeed, however often it is retried; its record has the reason. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
}

/**
 * Makes a task handler from a job's function. It maintains the job's record, which customers poll:
 * running, progress, result or error. An unexpected failure is retried a few times; its message is
 * for the log, not for the customer.
 *
 * @param run - does the job and returns its result.
 */
export function jobHandler(
  options: {
    readonly database: Database;
    /** Unix milliseconds. */
    readonly now: () => number;
    readonly random?: RandomSource;
    readonly maximumAttempts?: number;
  },
  run: (job: Job, context: JobContext) => Promise<Record<string, unknown>>,
): TaskHandler {
  const { database, now, random = secureRandom, maximumAttempts = 5 } = options;

  async function change(
    id: string,
    values: Partial<Job>,
    em = database.read(),
  ): Promise<undefined> {
    const where = { id, status: { $in: ['queued', 'running'] } } as const;
    await em.nativeUpdate(Job, where, { ...values, updatedAt: new Date(now()) });
  }

  function ended(id: string, values: Partial<Job>): TaskOutcome {
    return {
      again: null,
      async record(em) {
        await change(id, { ...values, completedAt: new Date(now()) }, em);
        await forgetLines(em, id);
      },
    };
  }

  async function step(id: string, signal: AbortSignal, work: Parameters<JobContext['step']>[0]) {
    signal.throwIfAborted();
    await database.transaction(async (em) => {
      const lock = { lockMode: LockMode.PESSIMISTIC_WRITE };
      const job = await em.findOne(Job, { id, status: 'running' }, lock);
      if (job === null) throw new Error('the job was cancelled');
      const values = await work(em, job);
      await em.nativeUpdate(Job, { id }, { ...values, updatedAt: new Date(now()) });
    });
    await wait(pause);
  }

  return async ({ id, type, attempts }, signal) => {
    const job = await database.read().findOne(Job, { id });
    if (job === null || job.completedAt) return { again: null };
    if (job.type !== type || !isQueuedByServer(database.rowMacs, job)) {
      return ended(id, { status: 'failed', errorMessage: 'The job was not queued by the server' });
    }
    await change(id, { status: 'running', startedAt: job.startedAt ?? new Date(now()) });
    try {
      const result = await run(job, {
        signal,
        progress: (progress, total) => change(id, { progress, ...(total && { total }) }),
        step: (work) => step(id, signal, work),
      });
      return ended(id, { status: 'completed', result });
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof JobFailure) {
        return ended(id, { status: 'failed', errorMessage: error.message });
      }
      if (attempts >= maximumAttempts) {
        return ended(id, { status: 'failed', errorMessage: 'Internal error' });
      }
      return {
        again: new Date(now() + backoff(attempts, random)),
        record: (em) => change(id, { status: 'queued' }, em),
      };
    }
  };
}
