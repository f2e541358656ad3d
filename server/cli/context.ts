import { destination } from 'pino';
import type { z } from 'zod';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/config.ts';
import type { Job } from '../database/entities/job.ts';
import { type Installation, openInstallation } from '../installation.ts';
import { createLogger } from '../observability/logger.ts';
import { execute } from '../operations/execute.ts';
import type { InputSchema, Operation } from '../operations/operation.ts';
import { complaintOf, finishJobs } from './finish-jobs.ts';

/** What commands work with; opened when first asked for. */
export interface Context extends AsyncDisposable {
  /** The folder of the server's own secret. */
  readonly dataFolder: string;
  config(): Config;
  /** Writes a line to standard output, for what is too long to be a result. */
  print(line: string): Promise<void>;
  installation(): Promise<Installation>;
  /** Carries an operation out as the operator, on one organization or on none. */
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
 * @param report - hears how far something is that takes long, in one line.
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
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor !== null);
  return items;
}
