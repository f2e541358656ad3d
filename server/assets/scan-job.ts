import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AnthropicFailure } from '../anthropic/anthropic-failure.ts';
import {
  type AskServices,
  askUnderStoredKey,
  KeyFailure,
  requireWorkingKey,
} from '../anthropic/ask-under-stored-key.ts';
import type { Job } from '../database/entities/job.ts';
import { type JobContext, JobDelayed, JobFailure } from '../queue/job-handler.ts';
import type { AskModel } from '../scans/ask-model.ts';
import type { ScanReport } from '../scans/report.ts';
import type { ScanContext, ScanSource } from '../scans/scan.ts';
import { ScanFailure } from '../scans/scan-failure.ts';
import { scanFolderName } from './left-files.ts';
import { queuedByEarlierVersion, readScanInput, type ScanInput } from './scan-input.ts';
import { toScanResult } from './scan-result.ts';
import { writePieces } from './upload-pieces.ts';

/** A scan whose network is decided already; see `scans/scan.ts`. */
export type Scan = (
  source: ScanSource,
  context: Omit<ScanContext, 'network' | 'limits'>,
) => Promise<ScanReport>;

/** The services of scans. */
export interface ScanServices extends AskServices {
  readonly logger: Logger;
  /** The folder in which each scan has one of its own. */
  readonly uploads: string;
  readonly scans: {
    readonly scan: Scan;
    /** The duration of a scan of the sandbox, in milliseconds. */
    readonly sandboxMs: number;
  };
}

/**
 * Does a live scan: reads its source, and asks the model under the organization's key.
 *
 * @returns the job's result.
 */
export function scanJob(services: ScanServices) {
  return async (job: Job, context: JobContext): Promise<Record<string, unknown>> => {
    const input = readScanInput(job.input);
    // One of the sandbox has a task of another type, which no worker takes.
    if (input === null || job.environment === 'test') throw new JobFailure(queuedByEarlierVersion);
    return scanLive(job, input, context, services);
  };
}

async function scanLive(
  job: Job,
  input: ScanInput,
  context: JobContext,
  services: ScanServices,
): Promise<Record<string, unknown>> {
  const { logger, scans } = services;
  const orgId = job.orgId ?? '';
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const progress = progressOf(context, () => stop.abort(new Error('the job was cancelled')));
  const ask = askUnderStoredKey(services, orgId);
  // The scan ends with the first failure of Anthropic, however it was handled.
  let failure: unknown = null;
  const asking: AskModel = async (question, asked) => {
    try {
      return await ask(question, AbortSignal.any([asked, signal]));
    } catch (error) {
      if (endsScan(error)) {
        failure ??= error;
        stop.abort(error);
      }
      throw error;
    }
  };
  try {
    // Before anything is fetched: a queued scan fails at once where the key is gone.
    await requireWorkingKey(services, orgId);
    await using folder = await openFolder(services.uploads);
    const source = await sourceOf(job, input, folder.upload, services);
    const report = await scans.scan(source, {
      ask: asking,
      onProgress: progress.report,
      signal,
      folder: folder.path,
    });
    await progress.written();
    if (failure !== null) throw failure;
    await context.progress(100, 100);
    return toScanResult(report);
  } catch (error) {
    await progress.written();
    context.signal.throwIfAborted();
    // Cancelled: what happens to this attempt is no longer recorded.
    if (stop.signal.aborted && failure === null) throw error;
    throw outcomeOf(failure ?? error, job.id, logger);
  }
}

function endsScan(error: unknown): boolean {
  if (error instanceof KeyFailure) return true;
  return error instanceof AnthropicFailure && error.fault !== 'question';
}

/** A failure as the queue understands it. */
function outcomeOf(error: unknown, jobId: string, logger: Logger): unknown {
  if (error instanceof KeyFailure) return new JobFailure(error.message, 'anthropic_key');
  if (error instanceof AnthropicFailure) {
    if (error.fault === 'unavailable') {
      return new JobDelayed(`${error.message}. Retry the scan later.`, error.retryAfterMs ?? 0);
    }
    logger.error({ job: jobId, fault: error.fault }, 'Anthropic refused a question of a scan');
    return new JobFailure(error.message);
  }
  if (error instanceof ScanFailure) {
    logger.info({ err: error, job: jobId }, 'a scan gave no report');
    return new JobFailure(error.message);
  }
  if (!(error instanceof JobFailure)) logger.error({ err: error, job: jobId }, 'a scan failed');
  return error;
}

/** Writes progress in order, one statement at a time. */
function progressOf(context: JobContext, onCancelled: () => void) {
  let last = 0;
  let writing = Promise.resolve();
  return {
    report(percent: number): void {
      const next = Math.min(99, Math.floor(percent));
      if (!(next > last)) return;
      last = next;
      writing = writing
        .then(async () => {
          if (!(await context.progress(next, 100))) onCancelled();
        })
        // Progress that was not written is no reason to give up the scan.
        .catch(() => {});
    },
    written: () => writing,
  };
}

/** A folder of the scan's own, deleted at the end with everything in it. */
async function openFolder(parent: string) {
  const path = join(parent, scanFolderName());
  await mkdir(path, { recursive: true, mode: 0o700 });
  return {
    path,
    upload: join(path, 'upload'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function sourceOf(
  { id, type }: Job,
  input: ScanInput,
  path: string,
  { database }: ScanServices,
): Promise<ScanSource> {
  if ('url' in input) {
    return { kind: type === 'repo_analysis' ? 'repository' : 'extension_url', url: input.url };
  }
  if ((await writePieces(database, id, path)) !== input.sha256) {
    throw new JobFailure('The uploaded file is no longer stored: upload it again');
  }
  return { kind: 'extension_file', path, name: input.fileName };
}
