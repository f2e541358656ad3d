import { LockMode } from '@mikro-orm/core';
import { acquireAdvisoryLock } from '../database/acquire-advisory-lock.ts';
import { Organization } from '../database/entities/organization.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { isPostgresql } from '../database/is-postgresql.ts';
import { neverTold } from './clerk-change.ts';

/** Read from the database, and locked until the transaction ends. */
const locked = {
  lockMode: LockMode.PESSIMISTIC_WRITE,
  disableIdentityMap: true,
  orderBy: { id: 'asc' },
} as const;

/**
 * Locks organizations, then the sub-orgs that they are or have: the order of every mutation, see
 * `holdOrganization`. Changes of organizations from Clerk run one transaction at a time: they are
 * rare, and two that name each other would deadlock.
 *
 * An unknown organization gets a row without rights: events arrive in any order, and an event that
 * names a parent may come before the parent's own event.
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
  await acquireAdvisoryLock(em, 'organizations');
  const id = { $in: [...new Set(ids)] };
  let found = await em.find(Organization, { id }, locked);
  const missing = id.$in.filter((each) => !found.some((one) => one.id === each));
  if (missing.length > 0) {
    for (const each of missing) await insertUnknown(em, each, now);
    found = await em.find(Organization, { id }, locked);
  }
  await lockSubOrgs(em, id.$in);
  return new Map(found.map((each) => [each.id, each]));
}

/** Blocks new keys in sub-orgs, but not rows that reference them. */
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
