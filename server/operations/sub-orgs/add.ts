import { z } from 'zod';
import { neverTold } from '../../clerk/clerk-change.ts';
import { lockOrganizations } from '../../clerk/lock-organizations.ts';
import { writeSubOrgLink } from '../../clerk/sub-org-link.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { Organization } from '../../database/entities/organization.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { name } from '../../wire/fields.ts';
import { Problem } from '../../wire/problem.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { assertNoSubOrg, lockParent } from '../organizations/lock-parent.ts';
import { clerkId } from '../organizations/organization-record.ts';
import { subOrgRecord, toSubOrgRecord } from './sub-org-record.ts';

/** Adds a sub-org, also one whose members have their own Clerk organization. */
export const addSubOrg = defineOperation({
  name: 'subOrgs.add',
  summary: 'Add a sub-organization, with or without a Clerk organization of its own',
  kind: 'mutation',
  // A revocation: the linked organization's members lose the rights that they had in it as a
  // parent.
  access: operatorOnly(),
  input: z.strictObject({ name: name(100), clerkId: clerkId.nullish() }),
  output: subOrgRecord,
  async run(work, { name, clerkId = null }) {
    const { em, principal, now, audit, services } = work;
    const { id: orgId } = principal.organization;
    // Locks both organizations together, in the global order, before either is read.
    await lockOrganizations(em, clerkId === null ? [orgId] : [orgId, clerkId], now);
    const parent = await lockParent(em, orgId, now);
    if (clerkId !== null) await link(work, clerkId, parent);
    const subOrg = em.create(SubOrg, { orgId, name, createdAt: now });
    em.persist(subOrg);
    await em.flush();
    if (clerkId !== null) await writeSubOrgLink(em, services.database.rowMacs, subOrg, clerkId);
    audit({ target: String(subOrg.id), changes: { name, clerkId } });
    return { ...toSubOrgRecord(subOrg, 0), clerkId };
  },
});

/** Removes an organization's own rights; its parent's take their place. */
async function link(
  { em, now }: OperationContext,
  id: string,
  parent: Organization,
): Promise<void> {
  if (id === parent.id) throw new Problem(409, 'Organization cannot be its own sub-organization');
  const organization = await lockParent(em, id, now);
  await assertNoParent(em, organization);
  // A new row belongs to the demo if its parent does.
  const isNew = organization.asOf.getTime() === neverTold.getTime();
  const isDemo = organization.isDemo || (isNew && parent.isDemo);
  await em.nativeUpdate(Organization, { id }, { tier: null, isDemo, updatedAt: now });
}

/** The keys and sub-orgs of a parent would pass to another organization. */
async function assertNoParent(em: EntityManager, { id, tierPinned }: Organization): Promise<void> {
  await assertNoSubOrg(em, id);
  const keys = await em.count(ApiKey, { orgId: id, revokedAt: null });
  if (keys > 0) throw new Problem(409, 'Organization already holds API keys as a parent');
  if ((await em.count(SubOrg, { orgId: id, removedAt: null })) > 0) {
    throw new Problem(409, 'Organization already has sub-organizations of its own');
  }
  if (tierPinned) {
    throw new Problem(409, 'Organization is a parent with a pinned tier: use org set-tier first');
  }
}
