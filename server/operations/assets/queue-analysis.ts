import { Job } from '../../database/entities/job.ts';
import { enqueue } from '../../jobs/tasks.ts';
import type { Work } from '../operation.ts';

/** Queues the analysis of an asset, in the transaction that stores it. */
export async function queueAnalysis(
  { em, principal, now, newId }: Work,
  of:
    | { readonly type: 'repo_analysis'; readonly repoId: number; readonly subOrgId: number | null }
    | {
        readonly type: 'extension_analysis';
        readonly extensionId: number;
        readonly subOrgId: number | null;
      },
): Promise<Job> {
  const job = em.create(Job, {
    ...of,
    id: newId('job'),
    orgId: principal.organization.id,
    status: 'queued',
    createdBy: principal.key?.id ?? principal.userId,
    createdAt: now,
    updatedAt: now,
  });
  em.persist(job);
  await enqueue(em, [{ id: job.id, type: job.type, runAt: now }]);
  return job;
}

/** The path of an address without slashes and `.git`, for example `owner/name`; else its host. */
export function nameOfUrl(url: string): string {
  const { hostname, pathname } = new URL(url);
  return pathname.replace(/^\/+|(\.git)?\/*$/g, '') || hostname;
}
