import { z } from 'zod';
import { refusals } from '../../../core/mod.ts';
import { Extension } from '../../database/entities/extension.ts';
import { environmentOf } from '../assets/environment.ts';
import { queueAnalysis } from '../assets/queue-analysis.ts';
import type { Work } from '../operation.ts';
import { resolveSubOrg } from '../sub-orgs/sub-org-scope.ts';

export const submissionRecord = z.object({
  extensionId: z.int(),
  jobId: z.string(),
  status: z.literal('queued'),
});

/** Stores a submitted extension and queues its analysis, in the caller's or the named sub-org. */
export async function submit(
  work: Work,
  source:
    | { readonly url: string; readonly name: string }
    | { readonly fileSha256: string; readonly fileSize: number; readonly name: string },
  subOrgId: number | null,
): Promise<z.infer<typeof submissionRecord>> {
  const { em, principal, now } = work;
  const outside = refusals.extension_out_of_scope;
  const within = await resolveSubOrg(em, principal, subOrgId, outside, 'assign');
  const extension = em.create(Extension, {
    ...source,
    orgId: principal.organization.id,
    environment: environmentOf(principal),
    subOrgId: within,
    status: 'queued',
    createdAt: now,
    updatedAt: now,
  });
  em.persist(extension);
  await em.flush();
  const { id: extensionId } = extension;
  const of = { type: 'extension_analysis', extensionId, subOrgId: within } as const;
  const jobId = await queueAnalysis(work, of);
  return { extensionId, jobId, status: 'queued' };
}
