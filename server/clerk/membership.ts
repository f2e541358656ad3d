import type { RowMacs } from '../crypto/row-macs.ts';
import type { Database } from '../database/database.ts';
import { Organization } from '../database/entities/organization.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { type Rows, rowsWithin } from '../database/rows.ts';
import type { MemberRole, Session } from '../sessions/session.ts';
import { applyMembership, supersedes } from './apply-membership.ts';
import { clerkTime, type MembershipChange } from './clerk-change.ts';

/** The parent org in which a member has rights. */
export interface ParentOrganization {
  readonly id: string;
  readonly name: string;
  readonly tier: number;
}

/** The present membership of a session's user, whatever the token says. */
export type PresentMembership =
  | {
      readonly kind: 'parent';
      readonly organization: ParentOrganization;
      readonly role: MemberRole;
      /** The audit log's end at the time of this read: later rows were recorded after it. */
      readonly readAt: number;
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

/**
 * Records the membership in a verified session, unless a newer state is known, and returns the
 * membership. Writes at most once per token.
 *
 * @param now - Unix milliseconds, for the audit log.
 * @param propagated - resolves when every process has applied everything committed so far.
 */
export async function presentMembership(
  database: Database,
  session: Session,
  now: () => number = Date.now,
  propagated: () => Promise<void> = async () => {},
): Promise<PresentMembership> {
  const { organizationId: clerkOrgId, userId, role, issuedAt } = session;
  if (clerkOrgId === null || role === null) return none;
  const { rows, rowMacs } = database;
  const read = () => memberRow(rows, clerkOrgId, userId);
  const change: MembershipChange = {
    clerkOrgId,
    userId,
    role,
    active: true,
    at: clerkTime(issuedAt.getTime()),
  };
  const row = await read();
  const recorded = row && { role: row.role, active: row.active === 1, asOf: new Date(row.as_of) };
  if (!supersedes(change, recorded) || !(await isKnown(database.read(), clerkOrgId))) {
    return membershipIn(row, rowMacs, session);
  }
  const context = { now: new Date(now()) };
  const changed = await database.transaction((tx) => applyMembership(tx, change, context));
  // Other processes may still accept keys with the greater role; the response waits for them.
  if (changed) await propagated();
  return membershipIn(await read(), rowMacs, session);
}

/** The row of the query below. */
interface MemberRow {
  readonly role: MemberRole;
  readonly active: number;
  /** Unix milliseconds. */
  readonly as_of: number;
  readonly is_present: number;
  readonly sub_org_id: number | null;
  readonly sub_org_name: string | null;
  readonly link_mac: string | null;
  readonly org_id: string;
  readonly org_name: string;
  readonly org_tier: number;
  readonly read_at: number;
}

/** A recorded membership. One query, because it runs before every operation. */
async function memberRow(
  rows: Pick<Rows, 'dialect' | 'all'>,
  clerkOrgId: string,
  userId: string,
): Promise<MemberRow | null> {
  const { dialect } = rows;
  // A parent org is one with a tier that still exists; a sub-org is a member of one.
  const isPresent = `m.active and not exists (select 1 from deleted_user d where d.user_id = m.user_id)
    and s.archived_at is null and s.removed_at is null and o.tier is not null and o.deleted_at is null`;
  const [row = null] = await rows.all<MemberRow>(
    `select m.role, ${dialect.flag('m.active')} as active, ${dialect.milliseconds('m.as_of')} as as_of,
       ${dialect.flag(isPresent)} as is_present, s.id as sub_org_id, s.name as sub_org_name,
       s.link_mac, o.id as org_id, o.name as org_name, o.tier as org_tier,
       (select seq from audit_head) as read_at
     from membership m
       left join sub_org s on s.clerk_id = m.clerk_org_id
       left join organization o on o.id = coalesce(s.org_id, m.clerk_org_id)
     where m.clerk_org_id = ? and m.user_id = ?`,
    [clerkOrgId, userId],
  );
  return row;
}

/**
 * Reads the present membership of a session's user; writes nothing.
 *
 * @param em - inside a transaction, the transaction's.
 */
export async function membershipOf(
  em: EntityManager,
  rowMacs: RowMacs,
  session: Session,
): Promise<PresentMembership> {
  const { organizationId: clerkOrgId, userId } = session;
  if (clerkOrgId === null || session.role === null) return none;
  const row = await memberRow(rowsWithin(em), clerkOrgId, userId);
  return membershipIn(row, rowMacs, session);
}

function membershipIn(
  row: MemberRow | null,
  rowMacs: RowMacs,
  session: Session,
): PresentMembership {
  if (row === null || row.is_present !== 1) return none;
  const organization = { id: row.org_id, name: row.org_name, tier: row.org_tier };
  // The lesser role of token and row: write access to rows then grants no role.
  const role = session.role === 'admin' ? row.role : 'member';
  const { sub_org_id: id, sub_org_name: name } = row;
  if (id === null) return { kind: 'parent', organization, role, readAt: Number(row.read_at) };
  const link = [id, organization.id, session.organizationId ?? ''] as const;
  if (!rowMacs.verify('sub-org-link', link, row.link_mac, organization.id)) return none;
  return { kind: 'sub-org', organization, subOrg: { id, name: name ?? '' }, role };
}

async function isKnown(em: EntityManager, clerkOrgId: string): Promise<boolean> {
  if ((await em.count(Organization, { id: clerkOrgId })) > 0) return true;
  return (await em.count(SubOrg, { clerkId: clerkOrgId })) > 0;
}
