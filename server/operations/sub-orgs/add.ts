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

/** Adds a sub-org, also one whose members have a Clerk organization of their own. */
export const addSubOrg = defineOperation({
  name: 'subOrgs.add',
  summary: 'Add a sub-organization, with or without a Clerk organization of its own',
  kind: 'mutation',
  // The linked organization's members lose what they could do in it as a parent.
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
    return { ...toSubOrgRecord(subOrg), clerkId };
  },
});

/** Takes an organization's own rights, which its parent's take the place of. */
async function link(
  { em, now }: OperationContext,
  id: string,
  parent: Organization,
): Promise<void> {
  if (id === parent.id) throw new Problem(409, 'Organization cannot be its own sub-organization');
  const organization = await lockParent(em, id, now);
  await assertNoParent(em, organization);
  // A row that was only just made belongs to the demo where its parent does.
  const isNew = organization.asOf.getTime() === neverTold.getTime();
  const isDemo = organization.isDemo || (isNew && parent.isDemo);
  await em.nativeUpdate(Organization, { id }, { tier: null, isDemo, updatedAt: now });
}

/** Keys and sub-orgs of a parent would become another organization's. */
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
