import type { EntityManager } from '../database/database.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import type { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import { auditClerk } from './clerk-audit.ts';
import type { ApplyContext, OrganizationChange } from './clerk-change.ts';
import { writeSubOrgLink } from './sub-org-link.ts';

/**
 * Makes an organization the sub-org of the parent that Clerk's metadata names, or nobody's.
 *
 * What an operator decided stays: a link of his (one without a Clerk time) and an organization whose
 * tier he pinned. An organization that holds keys as a parent stays one, or its keys would become
 * another organization's.
 *
 * @param em - the transaction's; organization and parent are locked.
 * @param organization - as recorded so far.
 * @param change - what Clerk says now.
 * @param parent - whom the change names.
 * @returns true when the organization is a sub-org now.
 */
export async function linkSubOrg(
  em: EntityManager,
  organization: Organization,
  { name, at: asOf }: OrganizationChange,
  parent: Organization | null,
  context: ApplyContext,
): Promise<boolean> {
  const { id: clerkId } = organization;
  const present = await em.findOne(SubOrg, { clerkId }, { disableIdentityMap: true });
  if (present !== null && present.asOf == null) return true;
  if (present !== null && present.orgId === parent?.id) {
    // Only Clerk's own renaming renames it: an admin may have given it another name here.
    const renamed = organization.name !== name;
    await em.nativeUpdate(SubOrg, { id: present.id }, renamed ? { name, asOf } : { asOf });
    return true;
  }

  if (present !== null) await unlink(em, present, context);
  if (parent === null || (await mustStayParent(em, organization, parent, context))) return false;
  const subOrg = {
    orgId: parent.id,
    name,
    // A parent may have been deleted before this was heard of; its sub-orgs are archived.
    archivedAt: parent.deletedAt ?? null,
    removedAt: null,
    asOf,
    createdAt: context.now,
  };
  const id = await em.insert(SubOrg, subOrg);
  await writeSubOrgLink(em, context.rowMacs, { ...subOrg, id }, clerkId);
  const event = { clerkOrgId: clerkId, target: clerkId, changes: { parent: parent.id } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.linked' }, context.now);
  return true;
}

/** It stays with its parent as a sub-org without a Clerk organization: it may hold keys and repos. */
async function unlink(em: EntityManager, subOrg: SubOrg, { now }: ApplyContext): Promise<void> {
  const { id, clerkId = null, orgId } = subOrg;
  const event = { clerkOrgId: clerkId, target: `${id}`, changes: { parent: orgId, clerkId } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.unlinked' }, now);
  await em.nativeUpdate(SubOrg, { id }, { clerkId: null, linkMac: null });
}

async function mustStayParent(
  em: EntityManager,
  organization: Organization,
  parent: Organization,
  { logger }: ApplyContext,
): Promise<boolean> {
  const { id: orgId, tierPinned } = organization;
  const keys = await em.count(ApiKey, { orgId, revokedAt: null });
  if (!tierPinned && keys === 0) return false;
  logger.warn(
    { organization: orgId, parent: parent.id, keys, tierPinned },
    'Clerk names a parent for an organization that is a parent itself: not linked',
  );
  return true;
}
