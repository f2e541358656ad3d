import { z } from 'zod';
import type { Deed } from '../../audit/deed.ts';
import { auditClerk } from '../../clerk/clerk-audit.ts';
import { lockOrganizations } from '../../clerk/lock-organizations.ts';
import { endSubOrgLink } from '../../clerk/sub-org-link.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { archive, remove } from '../sub-orgs/end-sub-org.ts';
import { findSubOrg } from '../sub-orgs/sub-org-record.ts';
import { type DeedOutcome, type DeedOutcomes, done, held, left } from './deed-outcome.ts';
import { isSubOrgMadeSince } from './made-since.ts';
import { type Repeating, revokeLost } from './revoke-again.ts';

const ended = z.object({ name: z.string(), clerkId: z.string().nullable() });

/** The two ends of a sub-org, with the revocation reason of its keys. */
const ends = {
  archived: { end: archive, reason: 'sub-organization archived' },
  removed: { end: remove, reason: 'sub-organization removed' },
} as const;

/** Archives or removes a sub-org once more, with the keys that the lost history had made in it. */
export async function endSubOrgAgain(
  repeating: Repeating,
  deed: Deed,
  how: keyof typeof ends,
): Promise<DeedOutcomes> {
  const { em } = repeating.work;
  // No sub-org has the id 0.
  const id = Number(deed.target) || 0;
  const own = { id, orgId: deed.orgId ?? '' };
  // A sub-org made since may have the id of a lost one.
  const isOther = repeating.madeSubOrgs.has(id) || (await isSubOrgMadeSince(em, deed.after, id));
  const isHere = !isOther && (await em.count(SubOrg, own)) > 0;
  const outcome = isHere
    ? await endHere(repeating, deed, own, how)
    : await endLost(repeating, deed, how);
  const { reason } = ends[how];
  return [outcome, ...(await revokeLost(repeating, deed, (key) => key.subOrgId === id, reason))];
}

async function endHere(
  { work }: Repeating,
  deed: Deed,
  own: Pick<SubOrg, 'id' | 'orgId'>,
  how: keyof typeof ends,
): Promise<DeedOutcome> {
  const subOrg = await findSubOrg(work.em, own);
  return subOrg === null ? held : done(deed, await ends[how].end(work, subOrg));
}

/**
 * Ends a sub-org that the database lacks: Clerk's next event would create it again. It gets a row
 * that keeps its link: a later event finds it as archived, or as removed and not linked
 * automatically.
 */
async function endLost(
  repeating: Repeating,
  deed: Deed,
  how: keyof typeof ends,
): Promise<DeedOutcome> {
  const { em, now } = repeating.work;
  const orgId = deed.orgId ?? '';
  const told = ended.safeParse(deed.changes).data;
  if (told === undefined) {
    return left(
      `sub-organization ${deed.target} was ${how} (it is not in this database, and the journal does not name its Clerk organization): where Clerk's metadata makes it again, end it again`,
    );
  }
  const { clerkId } = told;
  if (clerkId === null) return held;
  await lockOrganizations(em, [orgId, clerkId], now);
  const found = await em.find(
    SubOrg,
    { orgId, $or: [{ clerkId }, { formerClerkId: clerkId }] },
    { disableIdentityMap: true },
  );
  const linked = found.find((each) => each.clerkId === clerkId);
  if (linked !== undefined && linked.asOf == null) {
    return left(
      `sub-organization ${deed.target} was ${how}: an operator has linked ${clerkId} again since, end it again if it is to end`,
    );
  }
  if (linked === undefined && found.some(({ removedAt }) => removedAt != null)) return held;
  const present = linked ?? found.at(-1);
  const subOrg = present ?? (await insert(repeating, orgId, told.name, clerkId));
  const revokedKeys = await ends[how].end(repeating.work, subOrg);
  return done(deed, revokedKeys);
}

/** An active sub-org without keys, which was linked. */
async function insert(
  { work, madeSubOrgs }: Repeating,
  orgId: string,
  name: string,
  clerkId: string,
): Promise<SubOrg> {
  const { em, now, services } = work;
  const ends = { archivedAt: null, removedAt: null, asOf: null };
  const id = await em.insert(SubOrg, { orgId, name, ...ends, createdAt: now });
  await endSubOrgLink(em, services.database.rowMacs, { id, orgId, clerkId });
  // The audit row lets a further restore distinguish it from a lost sub-org.
  const event = { clerkOrgId: orgId, target: `${id}`, changes: { name, clerkId } };
  await auditClerk(em, { ...event, action: 'clerk.subOrg.created' }, now);
  madeSubOrgs.add(id);
  return em.findOneOrFail(SubOrg, { id }, { disableIdentityMap: true });
}
