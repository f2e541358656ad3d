import { revokeKeys } from '../api-keys/revoke-keys.ts';
import { AnthropicKey } from '../database/entities/anthropic-key.ts';
import { Organization } from '../database/entities/organization.ts';
import { ServiceAccount } from '../database/entities/service-account.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { auditClerk } from './clerk-audit.ts';
import type { ApplyContext, ClerkTime, Deletion, OrganizationChange } from './clerk-change.ts';
import { type LinkState, linkSubOrg } from './link-sub-org.ts';
import { lockOrganizations } from './lock-organizations.ts';

const fresh = { disableIdentityMap: true } as const;

/**
 * The effective tier. None for a deleted organization; an operator's pinned tier next; none while
 * the organization is another's sub-org, or should be by Clerk's metadata; otherwise the tier in
 * Clerk's metadata.
 */
function effectiveTier(
  organization: Pick<Organization, 'deletedAt' | 'tierPinned' | 'tier' | 'clerkTier'>,
  link: LinkState,
): number | null {
  const { deletedAt, tierPinned, tier, clerkTier } = organization;
  if (deletedAt != null) return null;
  if (tierPinned) return tier ?? null;
  return link === 'none' ? (clerkTier ?? null) : null;
}

/**
 * Records Clerk's state of an organization, unless a newer state is recorded: its name, its tier,
 * and its parent. Between two changes with the same time, in any order, the lesser tier wins, and a
 * parent wins over none; the name is the last to arrive.
 *
 * @param em - the transaction's.
 */
export async function applyOrganization(
  em: EntityManager,
  change: OrganizationChange,
  context: ApplyContext,
): Promise<void> {
  const { id, name, unusual, at: asOf } = change;
  if (unusual !== undefined) {
    context.logger.warn(
      { organization: id, fields: unusual },
      'Clerk: public metadata is not as documented: read as meant where that is clear, else as none',
    );
  }
  const named = change.parentId === id ? null : change.parentId;
  const ids = named === null ? [id] : [id, named];
  const before = (await lockOrganizations(em, ids, context.now)).get(id);
  if (before === undefined || before.asOf > asOf) return;

  const isTie = before.asOf.getTime() === asOf.getTime();
  const parentId = isTie ? lesserParent(named, await recordedParent(em, id, asOf)) : named;
  const clerkTier = isTie ? lesserTier(change.tier, before.clerkTier ?? null) : change.tier;
  const parent = parentId === null ? null : await em.findOne(Organization, { id: parentId }, fresh);
  // A deleted organization is no sub-org, even if a change arrives late.
  const link =
    before.deletedAt == null ? await linkSubOrg(em, before, change, parent, context) : 'none';
  const tier = effectiveTier({ ...before, clerkTier }, link);
  const updatedAt = context.now;
  await em.nativeUpdate(Organization, { id }, { name, clerkTier, tier, asOf, updatedAt });

  const changes = differences({ name: before.name, tier: before.tier }, { name, tier });
  if (Object.keys(changes).length === 0) return;
  const event = { clerkOrgId: id, target: id, changes };
  await auditClerk(em, { ...event, action: 'clerk.organization' }, context.now);
}

/** Clerk's parent for an organization at the recorded time. */
async function recordedParent(em: EntityManager, id: string, at: ClerkTime) {
  const isRemoved = { formerClerkId: id, removedAt: { $ne: null }, asOf: at };
  const isLinked = { clerkId: id, asOf: { $ne: null } };
  const found = await em.find(SubOrg, { $or: [isLinked, isRemoved] }, fresh);
  const linked = found.find(({ clerkId }) => clerkId === id);
  return (linked ?? found[0])?.orgId ?? null;
}

function lesserParent(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function lesserTier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.min(one, other);
}

/**
 * Records Clerk's deletion of an organization for good: its tier is removed, its keys revoked, its
 * sub-orgs archived, its service accounts disabled, its Anthropic key
 * deleted. Where it was a sub-org, that sub-org is archived and its keys revoked.
 *
 * @param em - the transaction's.
 * @returns how many keys were revoked; null when the deletion was recorded already.
 */
export async function applyOrganizationDeleted(
  em: EntityManager,
  { id }: Deletion,
  { now, rowMacs }: Pick<ApplyContext, 'now' | 'rowMacs'>,
): Promise<number | null> {
  const organization = (await lockOrganizations(em, [id], now)).get(id);
  if (organization === undefined || organization.deletedAt != null) return null;
  await em.nativeUpdate(Organization, { id }, { deletedAt: now, tier: null, updatedAt: now });

  const subOrgs = await em.find(SubOrg, { $or: [{ orgId: id }, { clerkId: id }] }, fresh);
  const ids = subOrgs.map((each) => each.id);
  const archived = await em.nativeUpdate(
    SubOrg,
    { id: { $in: ids }, archivedAt: null },
    { archivedAt: now },
  );
  const itsKeys = { $or: [{ orgId: id }, { subOrgId: { $in: ids } }] };
  const revoked = (await revokeKeys(em, itsKeys, 'organization deleted', { now, rowMacs })).length;
  const active = { orgId: id, isActive: true };
  await em.nativeDelete(AnthropicKey, { orgId: id });
  await em.nativeUpdate(ServiceAccount, active, { isActive: false, updatedAt: now });
  const event = { clerkOrgId: id, target: id, changes: { archived, revoked, subOrgs: ids } };
  await auditClerk(em, { ...event, action: 'clerk.organization.deleted' }, now);
  return revoked;
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
