import { z } from 'zod';
import type { Deed } from '../../audit/deed.ts';
import { applyMembership } from '../../clerk/apply-membership.ts';
import { clerkTime } from '../../clerk/clerk-change.ts';
import { Membership } from '../../database/entities/membership.ts';
import { type DeedOutcomes, done, held, left } from './deed-outcome.ts';
import type { Repeating } from './revoke-again.ts';

const role = z.enum(['admin', 'member']).nullable();
const change = z.object({ role: z.object({ before: role, after: role }) });
const told = z.object({
  clerkOrgId: z.string(),
  asOf: z.iso.datetime().transform((text) => clerkTime(Date.parse(text))),
});

/**
 * Revokes a membership or a role once more, as of Clerk's time of it: Clerk's events of a later
 * time hold, and so do its next ones.
 */
export async function endMembershipAgain({ work }: Repeating, deed: Deed): Promise<DeedOutcomes> {
  const { em, now } = work;
  const userId = deed.target ?? '';
  const { before, after } = change.safeParse(deed.changes).data?.role ?? {
    before: null,
    after: null,
  };
  if (before === null || after === 'admin') {
    return [left(`membership of ${userId}: it was given, and Clerk's next word gives it again`)];
  }
  const place = told.safeParse(deed.changes).data;
  if (place === undefined) {
    return [
      left(
        `membership of ${userId}: ${before} became ${after ?? 'no member'} (the journal does not say in which Clerk organization): a reconciliation (CLERK_SECRET_KEY) takes it away again; without one, revoke the keys of ${userId}`,
      ),
    ];
  }
  const { clerkOrgId, asOf: at } = place;
  const active = after !== null;
  const recorded = await em.findOne(
    Membership,
    { clerkOrgId, userId },
    { disableIdentityMap: true },
  );
  // After a demotion, the remaining role is not given to a user who is no active member in this
  // database.
  if (active && recorded?.active !== true) return [held];
  const wanted = { clerkOrgId, userId, role: after ?? before, active, at };
  return [done(deed, (await applyMembership(em, wanted, { now })) ? 0 : null)];
}
