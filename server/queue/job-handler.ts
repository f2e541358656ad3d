import { setTimeout as wait } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/core';
import { type RandomSource, secureRandom } from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import { Job } from '../database/entities/job.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { backoff } from './backoff.ts';
import { forgetContent } from './forget-content.ts';
import { isQueuedByServer, taskTypeOf } from './queue-job.ts';
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
  /**
   * Records the job's progress for its pollers.
   *
   * @returns false once the job was cancelled.
   */
  progress(done: number, total?: number): Promise<boolean>;
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
  readonly failedFor: Job['failedFor'];

  constructor(message: string, failedFor: Job['failedFor'] = null) {
    super(message);
    this.failedFor = failedFor;
  }
}

/** The job may succeed later. Its record has the reason once the last attempt has failed. */
export class JobDelayed extends Error {
  override readonly name = 'JobDelayed';
  /** Milliseconds until the next attempt, at least. */
  readonly afterMs: number;

  constructor(message: string, afterMs = 0) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** Options of a job's handler. */
export interface JobHandlerOptions {
  readonly database: Database;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random?: RandomSource;
  readonly maximumAttempts?: number;
  /** Called in the transaction of each change of the job's status. */
  readonly onStatus?: (em: EntityManager, job: Job, now: Date) => Promise<void>;
}

/**
 * Makes a task handler from a job's function. It maintains the job's record, which customers poll:
 * running, progress, result or error. An unexpected failure is retried a few times; its message is
 * for the log, not for the customer.
 *
 * @param run - does the job and returns its result.
 */
export function jobHandler(
  options: JobHandlerOptions,
  run: (job: Job, context: JobContext) => Promise<Record<string, unknown>>,
): TaskHandler {
  const { database, now, random = secureRandom, maximumAttempts = 5 } = options;
  const { onStatus = async () => {} } = options;

  async function change(id: string, values: Partial<Job>, em = database.read()): Promise<boolean> {
    const where = { id, status: { $in: ['queued', 'running'] } } as const;
    return (await em.nativeUpdate(Job, where, { ...values, updatedAt: new Date(now()) })) === 1;
  }

  async function changeStatus(
    em: EntityManager,
    job: Job,
    values: Partial<Job> & Pick<Job, 'status'>,
  ): Promise<boolean> {
    if (!(await change(job.id, values, em))) return false;
    await onStatus(em, job, new Date(now()));
    return true;
  }

  function ended(job: Job, values: Partial<Job> & Pick<Job, 'status'>): TaskOutcome {
    return {
      again: null,
      async record(em) {
        await changeStatus(em, job, { ...values, completedAt: new Date(now()) });
        await forgetContent(em, job.id);
        return null;
      },
    };
  }

  const failed = (job: Job, errorMessage: string, failedFor: Job['failedFor'] = null) =>
    ended(job, { status: 'failed', errorMessage, failedFor });

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
    const isOfType = type === job.type || type === taskTypeOf(job);
    if (!isOfType || !isQueuedByServer(database.rowMacs, job)) {
      return failed(job, 'The job was not queued by the server');
    }
    // The processes of all earlier attempts died: probably of this job.
    if (attempts > maximumAttempts) return failed(job, 'Internal error');
    const startedAt = job.startedAt ?? new Date(now());
    const isStarted = await database.transaction((em) =>
      changeStatus(em, job, { status: 'running', startedAt }),
    );
    if (!isStarted) return { again: null };
    try {
      const result = await run(job, {
        signal,
        progress: (progress, total) => change(id, { progress, ...(total && { total }) }),
        step: (work) => step(id, signal, work),
      });
      return ended(job, { status: 'completed', result });
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof JobFailure) return failed(job, error.message, error.failedFor);
      const isDelayed = error instanceof JobDelayed;
      if (attempts >= maximumAttempts) {
        return failed(job, isDelayed ? error.message : 'Internal error');
      }
      const delayMs = Math.max(backoff(attempts, random), isDelayed ? error.afterMs : 0);
      return {
        again: new Date(now() + delayMs),
        async record(em) {
          await changeStatus(em, job, { status: 'queued' });
          return undefined;
        },
      };
    }
  };
}
