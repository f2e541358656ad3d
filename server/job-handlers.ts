import { importKeys } from './api-keys/import-keys.ts';
import type { Services } from './operations/operation.ts';
import { jobHandler } from './queue/job-handler.ts';
import type { TaskHandler } from './queue/run-claim.ts';
import { pruneUsage } from './usage/prune.ts';

/** The handlers of the installation's jobs: in each server, and in a command line that waits. */
export function jobHandlers(services: Services): Readonly<Record<string, TaskHandler>> {
  return {
    key_import: jobHandler(services, importKeys(services)),
    usage_prune: jobHandler(services, pruneUsage(services.database.kind)),
  };
}
