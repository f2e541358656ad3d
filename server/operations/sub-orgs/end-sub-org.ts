import { revokeKeys } from '../../api-keys/revoke-keys.ts';
import { archived, removed } from '../../api-keys/sub-org-end.ts';
import { endSubOrgLink } from '../../clerk/sub-org-link.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { OperationContext } from '../operation.ts';

/**
 * Archives a sub-org, which this transaction has locked, and revokes its keys.
 *
 * @returns the number of revoked keys; null when it was archived already.
 */
export async function archive(
  work: OperationContext,
  { id, archivedAt }: SubOrg,
): Promise<number | null> {
  if (archivedAt != null) return null;
  await work.em.nativeUpdate(SubOrg, { id }, { archivedAt: work.now });
  return revokeKeysOf(work, id, archived);
}

/**
 * Removes a sub-org, which this transaction has locked, with its link to Clerk, and revokes its keys.
 *
 * @returns the number of revoked keys.
 */
export async function remove(work: OperationContext, subOrg: SubOrg): Promise<number> {
  const { em, now, services } = work;
  const { id } = subOrg;
  await endSubOrgLink(em, services.database.rowMacs, subOrg);
  // Clerk has not named its parent again since; see `linkSubOrg`.
  await em.nativeUpdate(SubOrg, { id }, { removedAt: now, asOf: null });
  return revokeKeysOf(work, id, removed);
}

async function revokeKeysOf(
  { em, now, services }: OperationContext,
  subOrgId: number,
  reason: string,
): Promise<number> {
  const { random, database } = services;
  const context = { now, random, rowMacs: database.rowMacs };
  return (await revokeKeys(em, { subOrgId }, reason, context)).length;
}
