import { importKeys } from './api-keys/import-keys.ts';
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

/** The handler of scans. */
function scanHandler(services: Services): TaskHandler {
  const options = { ...services, maximumAttempts: maxScanAttempts, onStatus: settleAsset };
  return jobHandler(options, scanJob(services));
}

/** The handlers of live scans. */
export function scanHandlers(services: Services): Readonly<Record<string, TaskHandler>> {
  const handler = scanHandler(services);
  return { repo_analysis: handler, extension_analysis: handler };
}

/** The handlers of sandbox scans. */
export function sandboxHandlers(services: Services): Readonly<Record<string, TaskHandler>> {
  const handler = scanHandler(services);
  return { 'repo_analysis:test': handler, 'extension_analysis:test': handler };
}
