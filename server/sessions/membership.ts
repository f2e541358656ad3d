import type { Database, EntityManager } from '../database/database.ts';
import { DeletedUser } from '../database/entities/deleted-user.ts';
import { Membership } from '../database/entities/membership.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import { applyMembership, supersedes } from './apply-membership.ts';
import type { MembershipChange } from './clerk-change.ts';
import type { MemberRole, Session } from './session.ts';

/** The parent org that a member's rights are in. */
export interface ParentOrganization {
  readonly id: string;
  readonly name: string;
  readonly tier: number;
}

/** What the holder of a session is at this moment, whatever his token still says. */
export type PresentMembership =
  | {
      readonly kind: 'parent';
      readonly organization: ParentOrganization;
      readonly role: MemberRole;
    }
  | {
      readonly kind: 'sub-org';
      /** The parent. */
      readonly organization: ParentOrganization;
      readonly subOrg: { readonly id: number; readonly name: string };
      readonly role: MemberRole;
    }
  | { readonly kind: 'none' };

const none: PresentMembership = Object.freeze({ kind: 'none' });

// What is judged is what the database holds now, not what this entity manager has read before.
const fresh = { disableIdentityMap: true } as const;

/**
 * Records what a verified session says about its holder's membership, unless something newer is
 * known, and tells what he is. Writes at most once per token.
 *
 * @param now - Unix milliseconds, for the audit log.
 * @param settled - resolves when everything committed so far holds on every process.
 */
export async function presentMembership(
  database: Database,
  session: Session,
  now: () => number = Date.now,
  settled: () => Promise<void> = async () => {},
): Promise<PresentMembership> {
  const { organizationId: clerkOrgId, userId, role, issuedAt: at } = session;
  if (clerkOrgId === null || role === null) return none;
  const em = database.read();
  const change: MembershipChange = { clerkOrgId, userId, role, active: true, at };
  const recorded = await em.findOne(Membership, { clerkOrgId, userId }, fresh);
  if (supersedes(change, recorded) && (await isKnown(em, clerkOrgId))) {
    const context = { now: new Date(now()) };
    const changed = await database.transaction((tx) => applyMembership(tx, change, context));
    // The role that the answer will tell of may be a lesser one than keys still act with elsewhere.
    if (changed) await settled();
  }
  return membershipOf(em, session);
}

/**
 * Tells what the holder of a session is by what the database holds now; writes nothing.
 *
 * @param em - inside a transaction, the transaction's.
 */
export async function membershipOf(
  em: EntityManager,
  session: Session,
): Promise<PresentMembership> {
  const { organizationId: clerkOrgId, userId } = session;
  if (clerkOrgId === null) return none;
  const member = await em.findOne(Membership, { clerkOrgId, userId }, fresh);
  if (member === null || !member.active) return none;
  if ((await em.count(DeletedUser, { userId })) > 0) return none;

  const { role } = member;
  const subOrg = await em.findOne(SubOrg, { clerkId: clerkOrgId }, fresh);
  if (subOrg === null) {
    const organization = await customer(em, clerkOrgId);
    return organization === null ? none : { kind: 'parent', organization, role };
  }
  if (subOrg.archivedAt !== null || subOrg.removedAt !== null) return none;
  const organization = await customer(em, subOrg.orgId);
  if (organization === null) return none;
  return { kind: 'sub-org', organization, subOrg: { id: subOrg.id, name: subOrg.name }, role };
}

/** A parent org: one with a tier that still exists. */
async function customer(em: EntityManager, id: string): Promise<ParentOrganization | null> {
  const organization = await em.findOne(Organization, { id }, fresh);
  if (organization === null || organization.deletedAt != null) return null;
  const { name, tier } = organization;
  return tier == null ? null : { id, name, tier };
}

async function isKnown(em: EntityManager, clerkOrgId: string): Promise<boolean> {
  if ((await em.count(Organization, { id: clerkOrgId })) > 0) return true;
  return (await em.count(SubOrg, { clerkId: clerkOrgId })) > 0;
}
