import { readScanInput, type ScanInput } from '../../assets/scan-input.ts';
import { type Asset, lockAssets } from '../../assets/settle-asset.ts';
import { batches } from '../../database/batches.ts';
import { Extension } from '../../database/entities/extension.ts';
import type { Job } from '../../database/entities/job.ts';
import { Repo } from '../../database/entities/repo.ts';
import { isQueuedByServer, queueJobs } from '../../queue/queue-job.ts';
import { Problem } from '../../wire/problem.ts';
import { analysis } from '../assets/queue-analysis.ts';
import type { OperationContext } from '../operation.ts';

/**
 * Queues the work of scans as new jobs, a few statements for all of them.
 *
 * @param scans - ended ones of the caller's organization, of different assets.
 * @returns the ids of the new jobs; none for an uploaded file, which was deleted when its scan ended.
 */
export async function scanAgain(work: OperationContext, scans: readonly Job[]): Promise<string[]> {
  const { em, now, services } = work;
  const { repos, extensions } = await lockAssets(em, work.principal.organization.id, scans);
  const jobs = scans.flatMap((scan) => {
    const { repoId = null, extensionId = null, subOrgId = null, environment } = scan;
    const again = (asset: Asset | undefined) => {
      const input = asset === undefined ? null : inputOf(work, scan, asset.url ?? null);
      return input === null ? [] : [{ subOrgId, input }];
    };
    if (repoId !== null) {
      return again(repos.get(repoId)).map((shared) =>
        analysis(work, { ...shared, type: 'repo_analysis', repoId }, environment),
      );
    }
    if (extensionId === null) return [];
    return again(extensions.get(extensionId)).map((shared) =>
      analysis(work, { ...shared, type: 'extension_analysis', extensionId }, environment),
    );
  });
  await queueJobs(em, services.database.rowMacs, jobs, now);
  const queued = { status: 'queued', updatedAt: now } as const;
  for (const some of batches(jobs)) {
    const [repoIds, extensionIds] = [
      some.flatMap((job) => ('repoId' in job ? job.repoId : [])),
      some.flatMap((job) => ('extensionId' in job ? job.extensionId : [])),
    ];
    await em.nativeUpdate(Repo, { id: { $in: repoIds } }, queued);
    await em.nativeUpdate(Extension, { id: { $in: extensionIds } }, queued);
  }
  return jobs.map(({ id }) => id);
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

/** The refusal where `scanAgain` gives nothing for a scan. */
export function fileIsGone(): Problem {
  return new Problem(409, 'The file was deleted when its scan ended: upload it again');
}
