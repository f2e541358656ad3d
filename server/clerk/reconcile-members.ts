import { setTimeout } from 'node:timers/promises';
import { inPages, inSteps } from '../clock/in-steps.ts';
import { Membership } from '../database/entities/membership.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { applyMemberships } from './apply-membership.ts';
import type { MembershipChange } from './clerk-change.ts';
import type { ListedMember } from './clerk-directory.ts';
import type { Round } from './reconciliation-round.ts';

/** Members per transaction, and per query by id. */
const stepSize = 50;

/**
 * Reconciles the memberships of one organization. All are fetched before the first is applied.
 * Unchanged memberships get the round's time: a late webhook about an earlier time then changes
 * nothing.
 */
export async function reconcileMembers(round: Round, clerkOrgId: string): Promise<void> {
  const { database, directory, signal, at } = round;
  const listed = await directory.members(clerkOrgId, { signal });
  round.skip(clerkOrgId, listed.skipped);
  const present = new Set(listed.items.map(({ userId }) => userId));
  await apply(listed.items.map((each) => ({ ...each, clerkOrgId, active: true, at })));
  const recorded = inPages((after) => recordedMembers(database.read(), clerkOrgId, after));
  for await (const some of recorded) {
    const absent = some.filter(({ userId }) => !present.has(userId));
    await apply(await lookUp(round, clerkOrgId, absent));
  }

  async function apply(changes: readonly MembershipChange[]): Promise<void> {
    for await (const some of inSteps(changes, stepSize)) {
      signal?.throwIfAborted();
      const context = { now: new Date(round.now()) };
      const started = performance.now();
      await database.transaction((em) => applyMemberships(em, clerkOrgId, some, context));
      // A pause as long as the step leaves half of the database's time to other work.
      await setTimeout(performance.now() - started);
    }
  }
}

/** Queries Clerk by id for members missing from a list: only a member that Clerk denies is gone. */
async function lookUp(
  { directory, signal, at, skip }: Round,
  clerkOrgId: string,
  absent: readonly Pick<ListedMember, 'userId' | 'role'>[],
): Promise<MembershipChange[]> {
  if (absent.length === 0) return [];
  const userIds = absent.map(({ userId }) => userId);
  const { items, skipped } = await directory.members(clerkOrgId, { userIds, signal });
  skip(clerkOrgId, skipped);
  const found = new Map(items.map((each) => [each.userId, each]));
  // An unreadable item may be any of the missing members.
  const gone = skipped > 0 ? [] : absent.filter(({ userId }) => !found.has(userId));
  return [
    ...items.map((each) => ({ ...each, clerkOrgId, active: true, at })),
    ...gone.map(({ userId, role }) => ({ userId, role, clerkOrgId, active: false, at })),
  ];
}

/** One page of the recorded members, in the database's order. */
async function recordedMembers(em: EntityManager, clerkOrgId: string, after: string) {
  const found = await em.find(
    Membership,
    { clerkOrgId, active: true, userId: { $gt: after } },
    { disableIdentityMap: true, orderBy: { userId: 'asc' }, limit: stepSize },
  );
  return found.map(({ userId, role }) => ({ id: userId, userId, role }));
}
