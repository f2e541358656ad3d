import { LockMode } from '@mikro-orm/core';
import { acquireAdvisoryLock } from '../database/acquire-advisory-lock.ts';
import { DeletedUser } from '../database/entities/deleted-user.ts';
import { Membership } from '../database/entities/membership.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { searchText } from '../wire/search-text.ts';
import { auditClerk, auditedOrganization, recordClerkEvent } from './clerk-audit.ts';
import type { ApplyContext, Deletion, MembershipChange, UserChange } from './clerk-change.ts';

type Standing = Pick<Membership, 'role' | 'active' | 'asOf'>;

const fresh = { disableIdentityMap: true } as const;

/**
 * Whether a change replaces the recorded membership: the newer one wins. Token times have whole
 * seconds, so two times can be equal; then the one with fewer rights wins.
 */
export function supersedes(change: MembershipChange, recorded: Standing | null): boolean {
  if (recorded === null) return true;
  const difference = change.at.getTime() - recorded.asOf.getTime();
  return difference > 0 || (difference === 0 && rights(change) < rights(recorded));
}

function rights({ active, role }: Pick<Standing, 'role' | 'active'>): number {
  if (!active) return 0;
  return role === 'admin' ? 2 : 1;
}

/**
 * Records a membership, or its end, unless a newer state is recorded. A deleted user has no
 * memberships.
 *
 * @param em - the transaction's.
 * @returns true when role or membership changed.
 */
export async function applyMembership(
  em: EntityManager,
  change: MembershipChange,
  context: Pick<ApplyContext, 'now'>,
): Promise<boolean> {
  return (await applyMemberships(em, change.clerkOrgId, [change], context)) > 0;
}

/**
 * Records memberships of one organization, or their ends: the same result as one call each, in
 * fewer statements.
 *
 * @param em - the transaction's.
 * @param changes - of different users, a hundred at most: each takes a lock.
 * @returns how many roles or memberships changed.
 */
export async function applyMemberships(
  em: EntityManager,
  clerkOrgId: string,
  changes: readonly MembershipChange[],
  { now }: Pick<ApplyContext, 'now'>,
): Promise<number> {
  const userIds = changes.map(({ userId }) => userId);
  await lockUsers(em, userIds);
  const found = await em.find(
    Membership,
    { clerkOrgId, userId: { $in: userIds } },
    { ...fresh, lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  const recorded = new Map(found.map((each) => [each.userId, each]));
  const newer = changes.filter((each) => supersedes(each, recorded.get(each.userId) ?? null));
  if (newer.length === 0) return 0;

  const deleted = await deletedAmong(em, newer);
  const standings = newer.map(({ userId, role, active, at: asOf }) => {
    return { userId, role, active: active && !deleted.has(userId), asOf };
  });
  await write(em, clerkOrgId, standings, recorded);
  for (const { userId, name } of newer) {
    if (name === undefined || name === (recorded.get(userId)?.name ?? null)) continue;
    await em.nativeUpdate(Membership, { clerkOrgId, userId }, named(name));
  }

  const roles = standings
    .map(({ userId, role, active, asOf }) => ({
      ...{ userId, asOf },
      before: roleOf(recorded.get(userId)),
      after: active ? role : null,
    }))
    .filter(({ before, after }) => before !== after);
  if (roles.length === 0) return 0;
  const orgId = await auditedOrganization(em, clerkOrgId);
  for (const { userId, before, after, asOf } of roles) {
    const event = {
      action: 'clerk.membership' as const,
      target: userId,
      // The fields that repeat this change after a restore.
      changes: { role: { before, after }, clerkOrgId, asOf: asOf.toISOString() },
    };
    recordClerkEvent(em, orgId, event, now);
  }
  return roles.length;
}

async function deletedAmong(
  em: EntityManager,
  changes: readonly MembershipChange[],
): Promise<Set<string>> {
  const userId = { $in: changes.map((each) => each.userId) };
  const deleted = await em.find(DeletedUser, { userId }, fresh);
  return new Set(deleted.map((each) => each.userId));
}

async function write(
  em: EntityManager,
  clerkOrgId: string,
  standings: readonly (Standing & Pick<Membership, 'userId'>)[],
  recorded: ReadonlyMap<string, Membership>,
): Promise<void> {
  const added = standings.filter(({ userId }) => !recorded.has(userId));
  const known = standings.filter(({ userId }) => recorded.has(userId));
  if (added.length > 0) {
    await em.insertMany(
      Membership,
      added.map((each) => ({ clerkOrgId, ...each })),
    );
  }
  const alike = Map.groupBy(known, (each) => JSON.stringify([each.role, each.active, each.asOf]));
  for (const some of alike.values()) {
    const [first] = some;
    if (first === undefined) continue;
    const { role, active, asOf } = first;
    const userId = { $in: some.map((each) => each.userId) };
    await em.nativeUpdate(Membership, { clerkOrgId, userId }, { role, active, asOf });
  }
}

function named(name: string | null) {
  return { name, nameSearch: name === null ? null : searchText([name]) };
}

/** Records a user's name in all present and past memberships. */
export async function applyUserName(
  em: EntityManager,
  { id: userId, name }: UserChange,
): Promise<void> {
  await lockUsers(em, [userId]);
  await em.nativeUpdate(Membership, { userId }, named(name));
}

function roleOf(standing: Standing | undefined): Membership['role'] | null {
  return standing?.active ? standing.role : null;
}

/**
 * Ends every membership of a user for good: Clerk never reuses an id.
 *
 * @param em - the transaction's.
 * @returns false when the deletion was recorded already.
 */
export async function applyUserDeleted(
  em: EntityManager,
  { id: userId }: Deletion,
  { now }: Pick<ApplyContext, 'now'>,
): Promise<boolean> {
  await lockUsers(em, [userId]);
  if ((await em.count(DeletedUser, { userId })) > 0) return false;
  await em.insert(DeletedUser, { userId, deletedAt: now });
  const where = { userId, active: true };
  const memberships = await em.find(Membership, where, { disableIdentityMap: true });
  await em.nativeUpdate(Membership, where, { active: false });
  // Recorded without memberships as well: a restore must not forget the deletion.
  if (memberships.length === 0) {
    const event = { clerkOrgId: null, target: userId };
    await auditClerk(em, { ...event, action: 'clerk.user.deleted' }, now);
  }
  for (const { clerkOrgId, role } of memberships) {
    const event = { clerkOrgId, target: userId, changes: { role: { before: role, after: null } } };
    await auditClerk(em, { ...event, action: 'clerk.user.deleted' }, now);
  }
  return true;
}

/**
 * Prevents a first membership beside the user's deletion, and a collision of two first memberships.
 */
function lockUsers(em: EntityManager, userIds: readonly string[]): Promise<void> {
  return acquireAdvisoryLock(em, ...userIds.map((userId) => `user ${userId}`));
}
