import { ApiKey } from '../database/entities/api-key.ts';
import type { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { auditClerk } from './clerk-audit.ts';
import type { ApplyContext, OrganizationChange } from './clerk-change.ts';
import { endSubOrgLink, formerSubOrg, writeSubOrgLink } from './sub-org-link.ts';

/**
 * An organization's state by its link: a sub-org, no sub-org, or `refused`. Refused means that
 * Clerk names a parent to which it must not be linked; it then has the rights of neither.
 */
export type LinkState = 'linked' | 'none' | 'refused';

/**
 * Makes an organization the sub-org of the parent in Clerk's metadata, or of none.
 *
 * An operator's decisions stay: a link by an operator (one without a Clerk time), and a pinned
 * tier. An organization that has keys or sub-orgs stays a parent, or they would become another
 * organization's. A sub-org that an admin removed stays unlinked; one that Clerk unlinked is linked
 * again, with its keys and repos.
 *
 * @param em - the transaction's; organization and parent are locked.
 * @param organization - the record before the change.
 * @param change - Clerk's present state.
 * @param parent - the organization that the change names as parent.
 */
export async function linkSubOrg(
  em: EntityManager,
  organization: Organization,
  change: OrganizationChange,
  parent: Organization | null,
  context: ApplyContext,
): Promise<LinkState> {
  const { id: clerkId } = organization;
  const present = await em.findOne(SubOrg, { clerkId }, { disableIdentityMap: true });
  if (present !== null && present.asOf == null) return 'linked';
  if (present !== null && present.orgId === parent?.id) {
    await follow(em, present, organization, change);
    return 'linked';
  }

  if (present !== null) await unlink(em, present, context);
  if (parent === null || (await mustStayParent(em, organization, parent, context))) return 'none';
  if (await isSubOrg(em, parent, organization, context)) return 'refused';
  const former = await formerSubOrg(em, context.rowMacs, parent.id, clerkId);
  if (former?.removedAt != null) {
    await stayRemoved(em, former, organization, change, context);
    return 'refused';
  }
  const id = former?.id ?? (await insert(em, change, parent, context));
  await writeSubOrgLink(em, context.rowMacs, { id, orgId: parent.id }, clerkId);
  if (former !== null) await follow(em, former, organization, change);
  const event = { clerkOrgId: clerkId, target: clerkId, changes: { parent: parent.id } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.linked' }, context.now);
  return 'linked';
}

async function insert(
  em: EntityManager,
  { id: clerkId, name, at: asOf }: OrganizationChange,
  parent: Organization,
  { now }: ApplyContext,
): Promise<number> {
  const id = await em.insert(SubOrg, {
    orgId: parent.id,
    name,
    // The parent's deletion may have arrived before this link; its sub-orgs are archived.
    archivedAt: parent.deletedAt ?? null,
    removedAt: null,
    asOf,
    createdAt: now,
  });
  const event = { clerkOrgId: parent.id, target: `${id}`, changes: { name, clerkId } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.created' }, now);
  return id;
}

/** Only a rename at Clerk renames a sub-org: an admin may have chosen another name here. */
async function follow(
  em: EntityManager,
  { id }: SubOrg,
  organization: Organization,
  { name, at: asOf }: OrganizationChange,
): Promise<void> {
  await em.nativeUpdate(SubOrg, { id }, organization.name === name ? { asOf } : { name, asOf });
}

/** The sub-org stays with its parent, without a Clerk organization: it may hold keys and repos. */
async function unlink(
  em: EntityManager,
  subOrg: SubOrg,
  { now, rowMacs }: ApplyContext,
): Promise<void> {
  const { id, clerkId = null, orgId } = subOrg;
  const event = { clerkOrgId: clerkId, target: `${id}`, changes: { parent: orgId, clerkId } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.unlinked' }, now);
  await endSubOrgLink(em, rowMacs, subOrg);
}

/** Logged once: the first call gives a removed sub-org a Clerk time. */
async function stayRemoved(
  em: EntityManager,
  { id, orgId, asOf }: SubOrg,
  { id: clerkId }: Organization,
  change: OrganizationChange,
  { now, logger }: ApplyContext,
): Promise<void> {
  await em.nativeUpdate(SubOrg, { id }, { asOf: change.at });
  if (asOf != null) return;
  logger.warn(
    { organization: clerkId, parent: orgId, subOrg: id },
    'Clerk names a parent whose sub-organization was removed: not linked',
  );
  const event = { clerkOrgId: orgId, target: `${id}`, changes: { clerkId } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.stayedRemoved' }, now);
}

async function mustStayParent(
  em: EntityManager,
  organization: Organization,
  parent: Organization,
  { logger }: ApplyContext,
): Promise<boolean> {
  const { id: orgId, tierPinned } = organization;
  const keys = await em.count(ApiKey, { orgId, revokedAt: null });
  const subOrgs = await em.count(SubOrg, { orgId, removedAt: null });
  if (!tierPinned && keys === 0 && subOrgs === 0) return false;
  logger.warn(
    { organization: orgId, parent: parent.id, keys, subOrgs, tierPinned },
    'Clerk names a parent for an organization that is a parent itself: not linked',
  );
  return true;
}

/** A sub-org has no sub-orgs, whichever of the two links arrives first. */
async function isSubOrg(
  em: EntityManager,
  parent: Organization,
  { id: organization }: Organization,
  { logger }: ApplyContext,
): Promise<boolean> {
  if ((await em.count(SubOrg, { clerkId: parent.id })) === 0) return false;
  logger.warn(
    { organization, parent: parent.id },
    'Clerk names a parent that is a sub-organization itself: not linked',
  );
  return true;
}
