import type { EntityManager } from '../database/database.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import { revokeKeys } from '../operations/api-keys/revoke-keys.ts';
import { auditClerk } from './clerk-audit.ts';
import type { ApplyContext, Deletion, OrganizationChange } from './clerk-change.ts';
import { linkSubOrg } from './link-sub-org.ts';
import { lockOrganizations } from './lock-organizations.ts';

/**
 * The tier that an organization has: none once deleted, what an operator pinned, none while it is
 * another's sub-org, else what Clerk's metadata names.
 */
export function effectiveTier(
  organization: Pick<Organization, 'deletedAt' | 'tierPinned' | 'tier' | 'clerkTier'>,
  isSubOrg: boolean,
): number | null {
  const { deletedAt, tierPinned, tier, clerkTier } = organization;
  if (deletedAt != null) return null;
  if (tierPinned) return tier ?? null;
  return isSubOrg ? null : (clerkTier ?? null);
}

/**
 * Records what Clerk says of an organization, unless something newer is recorded: its name, its
 * tier, and whose sub-org it is.
 *
 * @param em - the transaction's.
 */
export async function applyOrganization(
  em: EntityManager,
  change: OrganizationChange,
  context: ApplyContext,
): Promise<void> {
  const { id, name, tier: clerkTier, at: asOf } = change;
  const parentId = change.parentId === id ? null : change.parentId;
  const ids = parentId === null ? [id] : [id, parentId];
  const organizations = await lockOrganizations(em, ids, context.now);
  const before = organizations.get(id);
  if (before === undefined || before.asOf >= asOf) return;

  const parent = parentId === null ? null : (organizations.get(parentId) ?? null);
  // A deleted organization is nobody's sub-org any more, whatever arrives late.
  const isSubOrg =
    before.deletedAt == null && (await linkSubOrg(em, before, change, parent, context));
  const tier = effectiveTier({ ...before, clerkTier }, isSubOrg);
  const updatedAt = context.now;
  await em.nativeUpdate(Organization, { id }, { name, clerkTier, tier, asOf, updatedAt });

  const changes = differences({ name: before.name, tier: before.tier }, { name, tier });
  if (Object.keys(changes).length === 0) return;
  const event = { clerkOrgId: id, target: id, changes };
  await auditClerk(em, { ...event, action: 'clerk.organization' }, context.now);
}

/**
 * Records that Clerk deleted an organization, for good: its tier and keys are gone, its sub-orgs
 * archived. Where it was a sub-org, that is archived and its keys are gone.
 *
 * @param em - the transaction's.
 */
export async function applyOrganizationDeleted(
  em: EntityManager,
  { id, at: deletedAt }: Deletion,
  { now, rowMacs }: Pick<ApplyContext, 'now' | 'rowMacs'>,
): Promise<void> {
  const organization = (await lockOrganizations(em, [id], now)).get(id);
  if (organization === undefined || organization.deletedAt != null) return;
  await em.nativeUpdate(Organization, { id }, { deletedAt, tier: null, updatedAt: now });

  const subOrgs = await em.find(
    SubOrg,
    { $or: [{ orgId: id }, { clerkId: id }] },
    { disableIdentityMap: true },
  );
  const ids = subOrgs.map((each) => each.id);
  const archived = await em.nativeUpdate(
    SubOrg,
    { id: { $in: ids }, archivedAt: null },
    { archivedAt: deletedAt },
  );
  const itsKeys = { $or: [{ orgId: id }, { subOrgId: { $in: ids } }] };
  const revoked = await revokeKeys(em, itsKeys, 'organization deleted', { now, rowMacs });
  const event = { clerkOrgId: id, target: id, changes: { archived, revoked } };
  await auditClerk(em, { ...event, action: 'clerk.organization.deleted' }, now);
}

function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changed = Object.keys(after).filter((name) => (before[name] ?? null) !== after[name]);
  return Object.fromEntries(
    changed.map((name) => [name, { before: before[name] ?? null, after: after[name] }]),
  );
}
