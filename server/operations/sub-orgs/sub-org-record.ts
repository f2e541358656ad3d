import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { shownName } from '../../names.ts';
import { revokeKeys } from '../api-keys/revoke-keys.ts';
import { iso, timestamp } from '../fields.ts';
import type { Work } from '../operation.ts';
import { notFound } from '../problem.ts';

export const subOrgRecord = z.object({
  id: z.int(),
  name: z.string(),
  clerkId: z.string().nullable(),
  archivedAt: timestamp.nullable(),
  createdAt: timestamp,
});

export function toSubOrgRecord(subOrg: SubOrg): z.infer<typeof subOrgRecord> {
  return {
    id: subOrg.id,
    name: shownName(subOrg.name),
    clerkId: subOrg.clerkId ?? null,
    archivedAt: iso(subOrg.archivedAt),
    createdAt: subOrg.createdAt.toISOString(),
  };
}

/**
 * The caller's sub-org with this id, held until the transaction ends.
 *
 * @throws {Problem} 404, the same for an unknown id, a removed one and another organization's.
 */
export async function lockSubOrg({ em, principal }: Work, id: number): Promise<SubOrg> {
  const subOrg = await em.findOne(
    SubOrg,
    { id, orgId: principal.organization.id, removedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (subOrg === null) throw notFound('Sub-organization');
  return subOrg;
}

/** Revokes every key that is held to a sub-org; how many it were. */
export function revokeKeysOf(
  { em, now, services }: Work,
  subOrgId: number,
  reason: string,
): Promise<number> {
  const { random, database } = services;
  return revokeKeys(em, { subOrgId }, reason, { now, random, rowMacs: database.rowMacs });
}
