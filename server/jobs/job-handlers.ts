import type { Services } from '../operations/operation.ts';
import { pruneUsage } from '../usage/prune.ts';
import { importKeys } from './import-keys.ts';
import { jobHandler } from './job-handler.ts';
import type { TaskHandler } from './worker.ts';

/** What does the jobs of the installation: in each server, and in the command line that waits. */
export function jobHandlers(services: Services): Readonly<Record<string, TaskHandler>> {
  return {
    key_import: jobHandler(services, importKeys(services)),
    usage_prune: jobHandler(services, pruneUsage(services.database.kind)),
  };
}
