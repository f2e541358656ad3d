import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '../database/database.ts';
import { Organization } from '../database/entities/organization.ts';
import { isPostgresql, takeTurns } from '../database/take-turns.ts';
import { neverTold } from './clerk-change.ts';

/** Fresh, and locked until the transaction ends. */
const locked = {
  lockMode: LockMode.PESSIMISTIC_WRITE,
  disableIdentityMap: true,
  orderBy: { id: 'asc' },
} as const;

/**
 * Locks organizations, and the sub-orgs that they are or have. What Clerk tells of organizations is
 * applied one transaction after the other: it is rare, and two that name each other would deadlock.
 * Sub-orgs come first, because whoever creates a key locks its sub-org and then, by the foreign key,
 * its organization.
 *
 * An organization that is not known yet gets a row without rights: events arrive in any order, and
 * the one that names a parent may come before the parent's own.
 *
 * @param em - the transaction's.
 * @param ids - Clerk organization ids.
 * @returns the organizations by id.
 */
export async function lockOrganizations(
  em: EntityManager,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, Organization>> {
  await takeTurns(em, 'organizations');
  const id = { $in: [...new Set(ids)] };
  await lockSubOrgs(em, id.$in);
  const known = await em.find(Organization, { id }, locked);
  const missing = id.$in.filter((each) => !known.some((one) => one.id === each));
  if (missing.length === 0) return byId(known);
  for (const each of missing) await insertUnknown(em, each, now);
  return byId(await em.find(Organization, { id }, locked));
}

/**
 * Keeps keys from being created in sub-orgs, but not rows from naming them: who adds one holds its
 * organization by then, and would wait for us while we wait for him.
 */
async function lockSubOrgs(em: EntityManager, ids: readonly string[]): Promise<void> {
  if (!isPostgresql(em) || ids.length === 0) return;
  const list = ids.map(() => '?').join(', ');
  await em.execute(
    `select from sub_org where clerk_id in (${list}) or org_id in (${list})
     order by id for no key update`,
    [...ids, ...ids],
  );
}

async function insertUnknown(em: EntityManager, id: string, now: Date): Promise<void> {
  const times = { asOf: neverTold, createdAt: now, updatedAt: now };
  const rights = { tier: null, tierPinned: false, clerkTier: null, isDemo: false, deletedAt: null };
  await em
    .createQueryBuilder(Organization)
    .insert({ id, name: id, ...rights, ...times })
    .onConflict('id')
    .ignore()
    .execute();
}

function byId(organizations: readonly Organization[]): Map<string, Organization> {
  return new Map(organizations.map((each) => [each.id, each]));
}
