import { z } from 'zod';
import { refusals } from '../../../core/mod.ts';
import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import { Extension } from '../../database/entities/extension.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import type { SubmittedUrl } from '../../wire/submitted-url.ts';
import { environmentOf } from '../assets/environment.ts';
import { assertMayScan, queueAnalysis } from '../assets/queue-analysis.ts';
import type { OperationContext } from '../operation.ts';
import { resolveSubOrg } from '../sub-orgs/sub-org-scope.ts';

export const submissionRecord = z.object({
  extensionId: z.int(),
  jobId: z.string(),
  status: z.literal('queued'),
});

/**
 * Stores a submitted extension, unless its address is known, and queues its analysis; in the
 * caller's or the named sub-org.
 */
export async function submit(
  work: OperationContext,
  source:
    | (SubmittedUrl & { readonly name: string })
    | {
        readonly fileSha256: string;
        readonly fileSize: number;
        readonly name: string;
      },
  subOrgId: number | null,
): Promise<z.infer<typeof submissionRecord>> {
  const { em, principal, now } = work;
  const within = await assign(work, subOrgId);
  await assertMayScan(work);
  const where = {
    orgId: principal.organization.id,
    environment: environmentOf(principal),
    subOrgId: within,
  };
  const known = 'identity' in source ? await find(em, where, source.identity) : null;
  if (known !== null) {
    known.status = 'queued';
    known.updatedAt = now;
  }
  const extension =
    known ??
    em.create(Extension, {
      ...source,
      ...where,
      status: 'queued',
      createdAt: now,
      updatedAt: now,
    });
  em.persist(extension);
  await em.flush();
  const { id: extensionId } = extension;
  const { name: fileName, url } = extension;
  const jobId = await queueAnalysis(work, {
    ...{ type: 'extension_analysis', extensionId, subOrgId: within },
    input:
      'fileSha256' in source ? { fileName, sha256: source.fileSha256 } : { url: url ?? source.url },
  });
  return { extensionId, jobId, status: 'queued' };
}

/** The sub-org that a submission goes to. */
export function assign(work: OperationContext, subOrgId: number | null): Promise<number | null> {
  const outside = refusals.extension_out_of_scope;
  return resolveSubOrg(work, subOrgId, outside, 'assign');
}

/** The extension that was submitted by the same address before; the newest of several. */
async function find(
  em: EntityManager,
  where: Pick<Extension, 'orgId' | 'environment'> & { readonly subOrgId: number | null },
  identity: string,
): Promise<Extension | null> {
  const { orgId, environment, subOrgId } = where;
  // Of two submissions of the same address, the second finds the first one's extension.
  await acquireAdvisoryLock(em, `extension ${orgId} ${environment} ${subOrgId} ${identity}`);
  return em.findOne(Extension, { ...where, identity }, { orderBy: { id: 'desc' } });
}
