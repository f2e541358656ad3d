import { setTimeout as wait } from 'node:timers/promises';
import { Job } from '../database/entities/job.ts';
import type { Installation } from '../installation.ts';
import { jobHandlers } from '../job-handlers.ts';
import { startWorker } from '../queue/worker.ts';

/** Milliseconds between two looks at how far jobs are: another process may be the one that does them. */
const pollIntervalMs = 100;

/**
 * Waits until jobs have ended, and does them where no server does. A run that is interrupted leaves
 * them to the next run or server.
 *
 * @param report - hears how far they are, in one line.
 * @returns them as they ended, in the given order.
 */
export async function finishJobs(
  { services }: Installation,
  ids: readonly string[],
  report: (line: string) => void,
): Promise<Job[]> {
  const { database, logger, now, random } = services;
  const handlers = jobHandlers(services);
  await using _worker = startWorker({ database, handlers, logger, now, random, concurrency: 1 });
  for (let last = ''; ; await wait(pollIntervalMs)) {
    const jobs = await database.read().find(Job, { id: { $in: [...ids] } });
    const line = progressOf(jobs);
    if (line !== last) report(line);
    last = line;
    if (jobs.every(({ completedAt }) => completedAt != null)) {
      return ids.flatMap((id) => jobs.find((job) => job.id === id) ?? []);
    }
  }
}

function progressOf(jobs: readonly Job[]): string {
  const sum = (of: (job: Job) => number) => jobs.reduce((sum, job) => sum + of(job), 0);
  const total = sum((job) => job.total ?? 0);
  const done = sum((job) => job.progress).toLocaleString('en');
  return total === 0 ? `${done} done` : `${done} of ${total.toLocaleString('en')} done`;
}

/** Why a job did not complete; null when it did. */
export function complaintOf({ id, status, errorMessage, progress, total }: Job): string | null {
  if (status === 'completed') return null;
  const part = total == null ? `${progress}` : `${progress} of ${total}`;
  const why = errorMessage == null ? '' : `: ${errorMessage}`;
  return `job ${id} was ${status === 'failed' ? 'given up' : status} after ${part}${why}`;
}
