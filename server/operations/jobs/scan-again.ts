import { readScanInput, type ScanInput } from '../../assets/scan-input.ts';
import { lockAsset, settleAsset } from '../../assets/settle-asset.ts';
import { Job } from '../../database/entities/job.ts';
import { isQueuedByServer } from '../../queue/queue-job.ts';
import { Problem } from '../../wire/problem.ts';
import { queueAnalysis } from '../assets/queue-analysis.ts';
import type { OperationContext } from '../operation.ts';

/**
 * Queues a scan's work as a new job.
 *
 * @param scan - an ended one of the caller's organization.
 * @returns the new job; null for an uploaded file, which was deleted when its scan ended.
 */
export async function scanAgain(work: OperationContext, scan: Job): Promise<Job | null> {
  const { em, now } = work;
  const { repoId = null, extensionId = null, subOrgId = null, environment } = scan;
  const asset = await lockAsset(em, scan);
  const input = asset === null ? null : inputOf(work, scan, asset.url ?? null);
  if (input === null) return null;
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

/**
 * The order of a scan. For one from before scans were done, and one that the server did not queue, it
 * is its asset's address: a forged order must not become one of the server's.
 */
function inputOf(
  { services: { database } }: OperationContext,
  scan: Job,
  url: string | null,
): ScanInput | null {
  const isQueued = scan.mac != null && isQueuedByServer(database.rowMacs, scan);
  const known = isQueued ? readScanInput(scan.input) : null;
  // Sandbox uploads are a name and no bytes.
  if (known !== null) return 'url' in known || scan.environment === 'test' ? known : null;
  return url === null ? null : { url };
}

/** The refusal where `scanAgain` gives null. */
export function fileIsGone(): Problem {
  return new Problem(409, 'The file was deleted when its scan ended: upload it again');
}
