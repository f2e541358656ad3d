import { LockMode } from '@mikro-orm/core';
import { Extension } from '../database/entities/extension.ts';
import { Job } from '../database/entities/job.ts';
import { Repo } from '../database/entities/repo.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { readScanResult } from './scan-result.ts';

/**
 * Gives the asset of a scan the status of its newest scan that was not cancelled, or `failed` where
 * there is none, and the risk that its newest completed scan found.
 *
 * @param em - the transaction's, in which the scan has its new status already.
 * @param scan - any other job is ignored.
 */
export async function settleAsset(
  em: EntityManager,
  scan: Pick<Job, 'orgId' | 'repoId' | 'extensionId'>,
  now: Date,
): Promise<void> {
  const { orgId = null, repoId = null, extensionId = null } = scan;
  // Locked first: an uncommitted submission would otherwise be missed.
  const asset = await lockAsset(em, scan);
  if (asset === null) return;
  const newest = { orderBy: { id: 'desc' }, limit: 1, disableIdentityMap: true } as const;
  const scans = { orgId, repoId, extensionId };
  const [last] = await em.find(Job, { ...scans, status: { $ne: 'cancelled' } }, newest);
  asset.status = last === undefined || last.status === 'cancelled' ? 'failed' : last.status;
  asset.updatedAt = now;
  const [completed] = await em.find(Job, { ...scans, status: 'completed' }, newest);
  const result = readScanResult(completed?.result);
  if (result === null) return;
  asset.riskLevel = result.risk_level;
  asset.riskScore = result.risk_score;
}

/** A repository or an extension. */
export type Asset = Repo | Extension;

/**
 * Locks the assets of scans and returns them by their ids. A new scan needs it before its job: the
 * job's reference locks the asset too, and of two that hold that lock neither gets this one.
 *
 * @param orgId - never another organization's, whatever a row says that a statement by hand wrote.
 */
export async function lockAssets(
  em: EntityManager,
  orgId: string,
  scans: readonly Pick<Job, 'repoId' | 'extensionId'>[],
) {
  // In the order of their ids: of two that lock some of the same, neither waits for the other's.
  const locked = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const;
  const repoIds = scans.flatMap(({ repoId }) => repoId ?? []);
  const extensionIds = scans.flatMap(({ extensionId }) => extensionId ?? []);
  const byId = <Each extends Asset>(found: readonly Each[]) =>
    new Map(found.map((each) => [each.id, each] as const));
  return {
    repos: byId(await em.find(Repo, { id: { $in: repoIds }, orgId }, locked)),
    extensions: byId(await em.find(Extension, { id: { $in: extensionIds }, orgId }, locked)),
  };
}

/** Locks and returns the asset of a scan; null for any other job. */
async function lockAsset(
  em: EntityManager,
  { orgId = null, repoId, extensionId }: Pick<Job, 'orgId' | 'repoId' | 'extensionId'>,
) {
  const locked = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  // Never another organization's, whatever a row says that a statement by hand wrote.
  if (orgId === null) return null;
  if (repoId != null) return em.findOne(Repo, { id: repoId, orgId }, locked);
  if (extensionId != null) return em.findOne(Extension, { id: extensionId, orgId }, locked);
  return null;
}
