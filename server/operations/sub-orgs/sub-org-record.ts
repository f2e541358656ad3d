import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { columnsOf, nameColumn } from '../../database/columns.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { shownName } from '../../wire/names.ts';
import { notFound } from '../../wire/problem.ts';
import type { OperationContext } from '../operation.ts';
import { ownRecords } from '../own-records.ts';

const stored = z.object({
  id: z.int(),
  name: z.string(),
  clerkId: z.string().nullable(),
  archivedAt: timestamp.nullable(),
  createdAt: timestamp,
});

export const subOrgRecord = stored.extend({ activeKeys: z.int() });

/** The sub-orgs of organizations. */
export const subOrgs = ownRecords({
  ...{ table: 'sub_org', as: 's', id: 'number' },
  columns: columnsOf(stored, 's', { name: nameColumn('s.name') }),
});

/** A sub-org as readers get it, with the number of its active keys. */
export function toSubOrgRecord(subOrg: SubOrg, activeKeys: number): z.infer<typeof subOrgRecord> {
  return {
    id: subOrg.id,
    name: shownName(subOrg.name),
    clerkId: subOrg.clerkId ?? null,
    activeKeys,
    archivedAt: iso(subOrg.archivedAt),
    createdAt: iso(subOrg.createdAt),
  };
}

/**
 * The caller's sub-org with this id, held until the transaction ends.
 *
 * @throws {Problem} 404, the same for an unknown id, a removed one and another organization's.
 */
export async function lockSubOrg({ em, principal }: OperationContext, id: number): Promise<SubOrg> {
  const subOrg = await findSubOrg(em, { id, orgId: principal.organization.id });
  if (subOrg === null) throw notFound('Sub-organization');
  return subOrg;
}

/** A sub-org that was not removed, as it is now, held until the transaction ends. */
export function findSubOrg(
  em: EntityManager,
  own: Pick<SubOrg, 'id' | 'orgId'>,
): Promise<SubOrg | null> {
  const held = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true };
  return em.findOne(SubOrg, { ...own, removedAt: null }, held);
}
