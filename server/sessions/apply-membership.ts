import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '../database/database.ts';
import { DeletedUser } from '../database/entities/deleted-user.ts';
import { Membership } from '../database/entities/membership.ts';
import { takeTurns } from '../database/take-turns.ts';
import { auditClerk } from './clerk-audit.ts';
import type { ApplyContext, Deletion, MembershipChange } from './clerk-change.ts';

type Standing = Pick<Membership, 'role' | 'active' | 'asOf'>;

/**
 * Whether what a change says replaces what is recorded: the newer does. A token's time has whole
 * seconds only, so two can be of the same time; then the one that gives less holds.
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
 * Records a membership, or its end, unless something newer is recorded. A deleted user has none.
 *
 * @param em - the transaction's.
 * @returns true when role or membership changed.
 */
export async function applyMembership(
  em: EntityManager,
  change: MembershipChange,
  { now }: Pick<ApplyContext, 'now'>,
): Promise<boolean> {
  const { clerkOrgId, userId, role, at: asOf } = change;
  await lockUser(em, userId);
  const where = { clerkOrgId, userId };
  const recorded = await em.findOne(Membership, where, {
    disableIdentityMap: true,
    lockMode: LockMode.PESSIMISTIC_WRITE,
  });
  if (!supersedes(change, recorded)) return false;

  const isDeleted = (await em.count(DeletedUser, { userId })) > 0;
  const active = change.active && !isDeleted;
  if (recorded === null) await em.insert(Membership, { ...where, role, active, asOf });
  else await em.nativeUpdate(Membership, where, { role, active, asOf });

  const before = recorded?.active ? recorded.role : null;
  const after = active ? role : null;
  if (before === after) return false;
  // Enough to do it once more, after a restore.
  const changes = { role: { before, after }, clerkOrgId, asOf: asOf.toISOString() };
  const event = { clerkOrgId, target: userId, changes };
  await auditClerk(em, { ...event, action: 'clerk.membership' }, now);
  return true;
}

/**
 * Ends every membership of a user, for good: Clerk never gives an id twice.
 *
 * @param em - the transaction's.
 * @returns false when it was recorded already.
 */
export async function applyUserDeleted(
  em: EntityManager,
  { id: userId }: Deletion,
  { now }: Pick<ApplyContext, 'now'>,
): Promise<boolean> {
  await lockUser(em, userId);
  if ((await em.count(DeletedUser, { userId })) > 0) return false;
  await em.insert(DeletedUser, { userId, deletedAt: now });
  const where = { userId, active: true };
  const memberships = await em.find(Membership, where, { disableIdentityMap: true });
  await em.nativeUpdate(Membership, where, { active: false });
  // Also one without: a restore must not forget it.
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

/** So that no first membership slips in beside the user's deletion, and two do not collide. */
function lockUser(em: EntityManager, userId: string): Promise<void> {
  return takeTurns(em, `user ${userId}`);
}
