import type { Logger } from 'pino';
import type { Database, EntityManager } from '../database/database.ts';
import { Membership } from '../database/entities/membership.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import { applyMembership } from './apply-membership.ts';
import { applyOrganization, applyOrganizationDeleted } from './apply-organization.ts';
import type { ApplyContext, MembershipChange, OrganizationChange } from './clerk-change.ts';
import type { ClerkDirectory } from './clerk-directory.ts';
import { type ClerkSnapshot, fetchSnapshot } from './clerk-snapshot.ts';
import { lockOrganizations } from './lock-organizations.ts';

/** What a reconciliation works with. */
export interface ReconciliationOptions {
  readonly database: Database;
  readonly directory: ClerkDirectory;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Resolves when everything committed so far holds on every process. */
  readonly afterCommit?: () => Promise<void>;
}

/**
 * Mends what webhooks missed: fetches everything from Clerk, then brings the database in step, in
 * one transaction. Whatever a webhook or token told about a later time stays.
 *
 * @throws when Clerk or the database fails; then nothing was changed.
 */
export async function reconcile(options: ReconciliationOptions): Promise<void> {
  const { database, directory, now, logger, afterCommit } = options;
  const snapshot = await fetchSnapshot(database.read(), directory);
  const { rowMacs } = database;
  await database.transaction((em) =>
    apply(em, snapshot, { now: new Date(now()), logger, rowMacs }),
  );
  await afterCommit?.();
}

async function apply(
  em: EntityManager,
  snapshot: ClerkSnapshot,
  context: ApplyContext,
): Promise<void> {
  const { organizations, deleted, memberships } = snapshot;
  const named = organizations.flatMap(({ id, parentId }) =>
    parentId === null ? id : [id, parentId],
  );
  const recorded = await lockOrganizations(em, [...named, ...deleted], context.now);
  const links = await subOrgLinks(em);
  for (const change of organizations) {
    const known = recorded.get(change.id);
    if (known === undefined || isStale(known, links.get(change.id), change)) {
      await applyOrganization(em, change, context);
    }
  }
  for (const id of deleted) await applyOrganizationDeleted(em, { id }, context);
  for (const change of await stale(em, memberships)) await applyMembership(em, change, context);
  await advance(em, snapshot);
}

/** Parent ids of linked organizations. */
async function subOrgLinks(em: EntityManager): Promise<Map<string, string>> {
  const linked = await em.find(SubOrg, { clerkId: { $ne: null } }, { disableIdentityMap: true });
  return new Map(linked.map(({ clerkId, orgId }) => [clerkId ?? '', orgId]));
}

function isStale(
  known: Organization,
  linkedTo: string | undefined,
  { name, tier, parentId }: OrganizationChange,
): boolean {
  return (
    known.name !== name || (known.clerkTier ?? null) !== tier || (linkedTo ?? null) !== parentId
  );
}

/** The memberships that differ from what is recorded, by user: their locks are taken in one order. */
async function stale(
  em: EntityManager,
  memberships: readonly MembershipChange[],
): Promise<MembershipChange[]> {
  const ids = [...new Set(memberships.map(({ clerkOrgId }) => clerkOrgId))];
  const where = { clerkOrgId: { $in: ids }, active: true };
  const recorded = await em.find(Membership, where, { disableIdentityMap: true });
  const roles = new Map(recorded.map((each) => [membershipKey(each), each.role]));
  return memberships
    .filter((each) => roles.get(membershipKey(each)) !== (each.active ? each.role : undefined))
    .sort((one, other) => (one.userId < other.userId ? -1 : 1));
}

function membershipKey({ clerkOrgId, userId }: Pick<Membership, 'clerkOrgId' | 'userId'>): string {
  return JSON.stringify([clerkOrgId, userId]);
}

/**
 * What was found as recorded is confirmed as of the snapshot, so that a webhook about an earlier
 * time, delivered late, changes nothing any more.
 */
async function advance(
  em: EntityManager,
  { at, organizations, memberships }: ClerkSnapshot,
): Promise<void> {
  const older = { asOf: { $lt: at } };
  const id = { $in: organizations.map((each) => each.id) };
  await em.nativeUpdate(Organization, { id, ...older }, { asOf: at });
  for (const [clerkOrgId, members] of Map.groupBy(memberships, (each) => each.clerkOrgId)) {
    const userId = { $in: members.map((each) => each.userId) };
    await em.nativeUpdate(Membership, { clerkOrgId, userId, ...older }, { asOf: at });
  }
}
