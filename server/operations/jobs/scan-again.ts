import { readScanInput, type ScanInput } from '../../assets/scan-input.ts';
import { lockAsset, settleAsset } from '../../assets/settle-asset.ts';
import { Extension } from '../../database/entities/extension.ts';
import { Job } from '../../database/entities/job.ts';
import { Repo } from '../../database/entities/repo.ts';
import { Problem } from '../../wire/problem.ts';
import { queueAnalysis } from '../assets/queue-analysis.ts';
import type { OperationContext } from '../operation.ts';

/** Whether a job is a scan. */
export function isScan({ type }: Job): boolean {
  return type === 'repo_analysis' || type === 'extension_analysis';
}

/**
 * Queues a scan's work as a new job.
 *
 * @param scan - an ended one of the caller's organization.
 * @returns the new job; null for an uploaded file, which was deleted when its scan ended.
 */
export async function scanAgain(work: OperationContext, scan: Job): Promise<Job | null> {
  const { em, now } = work;
  const { repoId = null, extensionId = null, subOrgId = null, environment } = scan;
  const input = await inputOf(work, scan);
  if (input === null) return null;
  await lockAsset(em, scan);
  const shared = { subOrgId, input };
  const id = await queueAnalysis(
    work,
    extensionId === null
      ? { ...shared, type: 'repo_analysis', repoId: repoId ?? 0 }
      : { ...shared, type: 'extension_analysis', extensionId },
    environment,
  );
  const job = await em.findOneOrFail(Job, { id });
  await settleAsset(em, job, now);
  return job;
}

/** The order of a scan; for one from before scans were done, its asset's address. */
async function inputOf({ em }: OperationContext, scan: Job): Promise<ScanInput | null> {
  const { input, repoId, extensionId, environment } = scan;
  const known = readScanInput(input);
  // Sandbox uploads are a name and no bytes.
  if (known !== null) return 'url' in known || environment === 'test' ? known : null;
  const asset =
    extensionId == null
      ? await em.findOne(Repo, { id: repoId ?? 0 })
      : await em.findOne(Extension, { id: extensionId });
  return asset?.url == null ? null : { url: asset.url };
}

/** The refusal where `scanAgain` gives null. */
export function fileIsGone(): Problem {
  return new Problem(409, 'The file was deleted when its scan ended: upload it again');
}
