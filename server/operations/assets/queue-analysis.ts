import { queueJob } from '../../queue/queue-job.ts';
import type { OperationContext } from '../operation.ts';
import { environmentOf } from './environment.ts';

/**
 * Queues the analysis of an asset, in the transaction that stores it.
 *
 * @returns the job's id.
 */
export async function queueAnalysis(
  { em, principal, now, newId, services }: OperationContext,
  of:
    | { readonly type: 'repo_analysis'; readonly repoId: number; readonly subOrgId: number | null }
    | {
        readonly type: 'extension_analysis';
        readonly extensionId: number;
        readonly subOrgId: number | null;
      },
): Promise<string> {
  const id = newId('job');
  const orgId = principal.organization.id;
  const createdBy = principal.key?.id ?? principal.userId;
  await em.flush();
  const environment = environmentOf(principal);
  const job = { ...of, id, orgId, createdBy, environment };
  await queueJob(em, services.database.rowMacs, job, now);
  return id;
}

/** The path of an address without slashes and `.git`, for example `owner/name`; else its host. */
export function nameOfUrl(url: string): string {
  const { hostname, pathname } = new URL(url);
  return pathname.replace(/^\/+|(\.git)?\/*$/g, '') || hostname;
}
