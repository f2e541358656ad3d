import { z } from 'zod';
import type { Deed } from '../../audit/deed.ts';
import { applyUserDeleted } from '../../clerk/apply-membership.ts';
import { applyOrganizationDeleted } from '../../clerk/apply-organization.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { type DeedOutcomes, done, left } from './deed-outcome.ts';
import { endMembershipAgain } from './end-membership-again.ts';
import { endSubOrgAgain } from './end-sub-org-again.ts';
import { type Repeating, revokeAgain, revokeAllAgain, revokeLost } from './revoke-again.ts';
import { staysLost } from './stays-lost.ts';

type Reapply = (repeating: Repeating, deed: Deed) => Promise<DeedOutcomes>;

/** By name in the audit log: every action that revokes a key, or removes its owner. */
const reappliedBy: ReadonlyMap<string, Reapply> = new Map<string, Reapply>([
  ['apiKeys.revoke', revokeAgain],
  ['leaks.report', revokeAgain],
  ['leaks.github', revokeAgain],
  ['apiKeys.revokeAll', revokeAllAgain],
  ['subOrgs.archive', (repeating, deed) => endSubOrgAgain(repeating, deed, 'archived')],
  ['subOrgs.remove', (repeating, deed) => endSubOrgAgain(repeating, deed, 'removed')],
  ['clerk.organization.deleted', deleteOrganizationAgain],
  [
    'clerk.user.deleted',
    async ({ work: { em, now } }, deed) => {
      const isNew = await applyUserDeleted(em, { id: deed.target ?? '' }, { now });
      return [done(deed, isNew ? 0 : null)];
    },
  ],
  ['clerk.membership', endMembershipAgain],
]);

/** The actions of the audit log that accepting a restore repeats; any other stays lost. */
export const reappliedActions: readonly string[] = [...reappliedBy.keys()];

/**
 * Repeats the revocation that a lost row of the audit log records.
 *
 * @returns its outcome; for a deed that is not repeated, the operator's task.
 */
export async function reapply(repeating: Repeating, deed: Deed): Promise<DeedOutcomes> {
  const { action } = deed;
  const again = reappliedBy.get(action);
  if (again !== undefined) return again(repeating, deed);
  return [left(staysLost[action] ?? 'This version does not know it: look at what it changed.')];
}

const deletion = z.object({ subOrgs: z.array(z.int()) });

async function deleteOrganizationAgain(repeating: Repeating, deed: Deed): Promise<DeedOutcomes> {
  const { em, now, services } = repeating.work;
  const id = deed.target ?? '';
  const linked = await em.find(SubOrg, { clerkId: id }, { disableIdentityMap: true });
  const subOrgs = new Set([
    ...(deletion.safeParse(deed.changes).data?.subOrgs ?? []),
    ...linked.map((each) => each.id),
  ]);
  const context = { now, rowMacs: services.database.rowMacs };
  const own = done(deed, await applyOrganizationDeleted(em, { id }, context));
  const lost = await revokeLost(
    repeating,
    deed,
    ({ orgId, subOrgId }) => orgId === id || (subOrgId !== null && subOrgs.has(subOrgId)),
    'organization deleted',
  );
  return [own, ...lost];
}
