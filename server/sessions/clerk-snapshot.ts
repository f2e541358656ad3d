import type { EntityManager } from '../database/database.ts';
import { Membership } from '../database/entities/membership.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import {
  type ClerkTime,
  type MembershipChange,
  neverTold,
  type OrganizationChange,
} from './clerk-change.ts';
import type { ClerkDirectory, ListedOrganization } from './clerk-directory.ts';

/** All that Clerk holds of what concerns us, at least as new as its time. */
export interface ClerkSnapshot {
  /** By Clerk's clock, noted before the first list. */
  readonly at: ClerkTime;
  readonly organizations: readonly OrganizationChange[];
  /** Ids of organizations that Clerk once told of and that are gone. */
  readonly deleted: readonly string[];
  readonly memberships: readonly MembershipChange[];
}

/**
 * Fetches everything, changing nothing.
 *
 * What is missing from a list is looked up by itself before it counts as gone: Clerk pages by
 * offset, so a deletion meanwhile pushes the first of the next page out of sight.
 *
 * @param em - for reading what is recorded.
 * @throws when Clerk cannot be asked, or gives less than all.
 */
export async function fetchSnapshot(
  em: EntityManager,
  directory: ClerkDirectory,
): Promise<ClerkSnapshot> {
  const at = await directory.time();
  const told = await em.find(Organization, {
    deletedAt: null,
    isDemo: false,
    asOf: { $gt: neverTold },
  });
  const listed = await directory.organizations();
  const ids = new Set(listed.map(({ id }) => id));
  const absent = told.map(({ id }) => id).filter((id) => !ids.has(id));
  if (told.length > 0 && absent.length === told.length) {
    // Keys of a deleted organization are revoked for ever: not for a key of another instance.
    throw new Error('Clerk knows none of our organizations: is CLERK_SECRET_KEY of this instance?');
  }
  const deleted: string[] = [];
  for (const id of absent) if (!(await directory.organizationExists(id))) deleted.push(id);

  const memberships: MembershipChange[] = [];
  for (const id of await concerned(em, listed)) {
    memberships.push(...(await fetchMemberships(em, directory, id, at)));
  }
  return { at, organizations: listed.map((each) => ({ ...each, at })), deleted, memberships };
}

/** Organizations that are, or are becoming, a parent or a sub-org; Clerk may hold many others. */
async function concerned(
  em: EntityManager,
  listed: readonly ListedOrganization[],
): Promise<string[]> {
  const parents = await em.find(Organization, { tier: { $ne: null } });
  const subOrgs = await em.find(SubOrg, { clerkId: { $ne: null } });
  const known = new Set([...parents.map(({ id }) => id), ...subOrgs.map(({ clerkId }) => clerkId)]);
  return listed
    .filter(({ id, tier, parentId }) => tier !== null || parentId !== null || known.has(id))
    .map(({ id }) => id);
}

async function fetchMemberships(
  em: EntityManager,
  directory: ClerkDirectory,
  clerkOrgId: string,
  at: ClerkTime,
): Promise<MembershipChange[]> {
  const recorded = await em.find(Membership, { clerkOrgId, active: true });
  const members = await directory.members(clerkOrgId);
  const listed = new Set(members.map(({ userId }) => userId));
  const absent = recorded.filter(({ userId }) => !listed.has(userId));
  const found = await directory.members(
    clerkOrgId,
    absent.map(({ userId }) => userId),
  );
  const present = new Set(found.map(({ userId }) => userId));
  const gone = absent.filter(({ userId }) => !present.has(userId));
  return [
    ...[...members, ...found].map((each) => ({ ...each, clerkOrgId, active: true, at })),
    ...gone.map(({ userId, role }) => ({ userId, role, clerkOrgId, active: false, at })),
  ];
}
