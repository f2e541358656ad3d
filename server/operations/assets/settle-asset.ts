import { LockMode } from '@mikro-orm/core';
import { Extension } from '../../database/entities/extension.ts';
import { Job } from '../../database/entities/job.ts';
import { Repo } from '../../database/entities/repo.ts';
import type { EntityManager } from '../../database/entity-manager.ts';

/**
 * Gives the asset of a cancelled scan the status of its newest scan that was not cancelled, or
 * `failed` where there is none: the status set by the cancelled scan would never change.
 *
 * @param em - the transaction's, in which the scan is cancelled already.
 */
export async function settleAsset(em: EntityManager, scan: Job, now: Date): Promise<void> {
  const { orgId = null, repoId = null, extensionId = null } = scan;
  // Locked first: an uncommitted submission would otherwise be missed.
  const asset = await lockAsset(em, scan);
  if (asset === null) return;
  const [last] = await em.find(
    Job,
    { orgId, repoId, extensionId, status: { $ne: 'cancelled' } },
    { orderBy: { id: 'desc' }, limit: 1, disableIdentityMap: true },
  );
  asset.status = last === undefined || last.status === 'cancelled' ? 'failed' : last.status;
  asset.updatedAt = now;
}

/** Locks and returns the asset of a scan; null for any other job. */
async function lockAsset(em: EntityManager, { repoId, extensionId }: Job) {
  const locked = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  if (repoId != null) return em.findOne(Repo, { id: repoId }, locked);
  if (extensionId != null) return em.findOne(Extension, { id: extensionId }, locked);
  return null;
}
