import { z } from 'zod';
import { refusals } from '../../../core/mod.ts';
import type { ScanInput } from '../../assets/scan-input.ts';
import { Extension } from '../../database/entities/extension.ts';
import { insertRows } from '../../database/insert-rows.ts';
import type { SubmittedUrl } from '../../wire/submitted-url.ts';
import { environmentOf } from '../assets/environment.ts';
import { assertMayScan, queueAnalysis } from '../assets/queue-analysis.ts';
import { requeueOrAdd } from '../assets/store-asset.ts';
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
  const environment = environmentOf(principal);
  const owner = { orgId: principal.organization.id, environment, subOrgId: within };
  const add = async () => {
    const [id] = await insertRows<Extension, 'id'>(em, Extension, [
      {
        ...{ url: null, identity: null, fileSha256: null, fileSize: null, ...source, ...owner },
        ...{ status: 'queued', riskLevel: null, riskScore: null, createdAt: now, updatedAt: now },
      },
    ]);
    if (id === undefined) throw new Error('unreachable: an insert gives an id');
    return id;
  };
  if ('fileSha256' in source) {
    const extensionId = await add();
    const input = { fileName: source.name, sha256: source.fileSha256 };
    return queue(work, { extensionId, subOrgId: within, input });
  }
  const { url, identity } = source;
  const { id: extensionId, url: known } = await requeueOrAdd(
    work,
    'extension',
    { ...owner, identity },
    async () => ({ id: await add(), url }),
  );
  return queue(work, { extensionId, subOrgId: within, input: { url: known } });
}

async function queue(
  work: OperationContext,
  scan: {
    readonly extensionId: number;
    readonly subOrgId: number | null;
    readonly input: ScanInput;
  },
): Promise<z.infer<typeof submissionRecord>> {
  const jobId = await queueAnalysis(work, { ...scan, type: 'extension_analysis' });
  return { extensionId: scan.extensionId, jobId, status: 'queued' };
}

/** The sub-org that a submission goes to. */
export function assign(work: OperationContext, subOrgId: number | null): Promise<number | null> {
  const outside = refusals.extension_out_of_scope;
  return resolveSubOrg(work, subOrgId, outside, 'assign');
}
