import { setImmediate } from 'node:timers/promises';
import { importKeys } from './api-keys/import-keys.ts';
import { runSandboxScans, scansAtOnce } from './assets/sandbox-scans.ts';
import { scanJob } from './assets/scan-job.ts';
import { settleAsset } from './assets/settle-asset.ts';
import type { Services } from './operations/operation.ts';
import { jobHandler } from './queue/job-handler.ts';
import type { TaskHandler } from './queue/run-claim.ts';
import { pruneUsage } from './usage/prune.ts';

/** The handlers of the operator's jobs: in each server, and in a command line that waits. */
export function jobHandlers(services: Services): Readonly<Record<string, TaskHandler>> {
  return {
    key_import: jobHandler(services, importKeys(services)),
    usage_prune: jobHandler(services, pruneUsage(services.database.kind)),
  };
}

/** Attempts at a scan, each of which may use tokens. */
const maxScanAttempts = 4;

/** The handlers of live scans. */
export function scanHandlers(services: Services): Readonly<Record<string, TaskHandler>> {
  const options = { ...services, maximumAttempts: maxScanAttempts, onStatus: settleAsset };
  const handler = jobHandler(options, scanJob(services));
  return { repo_analysis: handler, extension_analysis: handler };
}

/**
 * Begins and ends the scans of the sandbox that are due.
 *
 * @param signal - ends it between two transactions.
 * @returns how many; what falls due in between is left to the next call, which handles it together.
 */
export async function doSandboxScans(
  { database, now, scans }: Services,
  signal?: AbortSignal,
): Promise<number> {
  const options = { database, now, lastingMs: scans.sandboxMs };
  for (let total = 0; ; ) {
    const done = await runSandboxScans(options);
    total += done;
    if (done < scansAtOnce || signal?.aborted) return total;
    await setImmediate();
  }
}
