import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { destination } from 'pino';
import type { z } from 'zod';
import { type Config, loadConfig } from '../config/config.ts';
import { Job } from '../database/entities/job.ts';
import { type Installation, openInstallation } from '../installation.ts';
import { jobHandlers } from '../job-handlers.ts';
import { createLogger } from '../observability/logger.ts';
import { execute } from '../operations/execute.ts';
import type { InputSchema, Operation } from '../operations/operation.ts';
import { startWorker } from '../queue/worker.ts';

/** The services of commands; opened on first use. */
export interface Context extends AsyncDisposable {
  /** The folder of the server's secret file. */
  readonly dataFolder: string;
  config(): Config;
  /** A file's path from where the operator stands: npm starts the tool in its own folder. */
  path(file: string): string;
  /** Writes a line to standard output, for output too long to be a result. */
  print(line: string): Promise<void>;
  installation(): Promise<Installation>;
  /** Executes an operation as the operator, on one organization or on none. */
  execute<Input extends InputSchema, Output extends z.ZodType, Prepared>(
    operation: Operation<Input, Output, Prepared>,
    organizationId: string | null,
    input: z.input<Input>,
  ): Promise<z.output<Output>>;
  /**
   * Waits until jobs have completed.
   *
   * @throws when one was cancelled or given up.
   */
  finish(jobIds: readonly string[]): Promise<Job[]>;
}

/**
 * Makes the context of one run.
 *
 * @param report - gets the progress of a long task, in one line.
 * @param print - writes a line to standard output.
 */
export function createContext(
  env: Readonly<Record<string, string | undefined>>,
  report: (line: string) => void,
  print: Context['print'],
): Context {
  let config: Config | undefined;
  let installation: Promise<Installation> | undefined;
  const dataFolder = '.data';
  const context: Context = {
    dataFolder,
    print,
    path: (file) => resolve(env.INIT_CWD ?? '.', file),
    config() {
      config ??= loadConfig(env);
      return config;
    },
    installation() {
      const logger = createLogger({ level: 'warn' }, destination(2));
      installation ??= openInstallation({ config: context.config(), dataFolder, logger });
      return installation;
    },
    async execute(operation, organizationId, input) {
      const { services } = await context.installation();
      const caller = { kind: 'operator', organizationId } as const;
      const origin = { requestId: null, ipAddress: null };
      return execute(operation, services, { caller, origin }, () => input);
    },
    async finish(jobIds) {
      const jobs = await finishJobs(await context.installation(), jobIds, report);
      const complaints = jobs.flatMap((job) => complaintOf(job) ?? []);
      if (complaints.length > 0) throw new Error(complaints.join('; '));
      return jobs;
    },
    async [Symbol.asyncDispose]() {
      const opened = await installation?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  };
  return context;
}

/** Every item of a list, page after page. */
export async function everyItem<Item>(
  page: (cursor: { cursor?: string; limit: number }) => Promise<{
    items: readonly Item[];
    nextCursor: string | null;
  }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const next = await page(cursor === null ? { limit: 100 } : { limit: 100, cursor });
    for (const item of next.items) items.push(item);
    cursor = next.nextCursor;
  } while (cursor !== null);
  return items;
}

/**
 * Milliseconds between two polls of the jobs' progress: another process may be the one that runs
 * them.
 */
const pollIntervalMs = 100;

/**
 * Waits until jobs have ended, and runs them where no server does. An interrupted run leaves them
 * to the next run or server.
 *
 * @param report - gets their progress, in one line.
 * @returns the ended jobs, in the given order.
 */
async function finishJobs(
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

/** The reason why a job did not complete; null when it did. */
function complaintOf({ id, status, errorMessage, progress, total }: Job): string | null {
  if (status === 'completed') return null;
  const part = total == null ? `${progress}` : `${progress} of ${total}`;
  const why = errorMessage == null ? '' : `: ${errorMessage}`;
  return `job ${id} was ${status === 'failed' ? 'given up' : status} after ${part}${why}`;
}
