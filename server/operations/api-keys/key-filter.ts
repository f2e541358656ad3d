import { holdsWrite, ownerJoins } from '../../api-keys/key-owner.ts';
import type { keyStatuses } from '../../api-keys/key-record.ts';
import type { Condition } from '../../database/conditions.ts';
import type { Database } from '../../database/database.ts';
import { foundBy, ownerOf, type Part } from '../../database/key-search.ts';
import type { Rows } from '../../database/rows.ts';
import { searchText, soughtIn } from '../../wire/search-text.ts';
import type { Principal } from '../principal.ts';
import {
  type Attention,
  hasStatus,
  needsAttention,
  reached,
  unusedSince,
} from './key-conditions.ts';

/** The filters of a key list. */
export interface Filters {
  readonly search?: string | undefined;
  readonly status?: (typeof keyStatuses)[number] | undefined;
  readonly subOrgId?: number | undefined;
  readonly owner?: string | undefined;
  readonly serviceAccountId?: string | undefined;
  readonly attention?: Attention | undefined;
  readonly environment?: 'live' | 'test' | undefined;
  readonly madeBy?: string | undefined;
}

/** Two ways to the matching keys `k`. */
export interface KeyFilter {
  /** From what is asked for, by its index; the parts together find every match. */
  readonly parts: readonly Part[];
  /** Key by key along an order: the tables that its conditions read, and these. */
  readonly along: Part;
}

/** What a filter is for. */
export interface FilterContext {
  readonly rows: Rows;
  readonly kind: Database['kind'];
  /** The caller's organization: every part is limited to it. */
  readonly orgId: string;
  readonly now: Date;
  /** The one dialect whose keys the caller reaches; null for every one. */
  readonly dialect: Principal['dialect'];
}

/** Makes the filter of a list. */
export async function keyFilter(filters: Filters, context: FilterContext): Promise<KeyFilter> {
  const { orgId, kind, rows } = context;
  const where = plainFilter(filters, context);
  const own = (part: Part): Part => ({ ...part, where: [...part.where, ...where] });
  const { attention, search = '' } = filters;
  const wanted = byAttention(attention, context);
  const found = foundBy(search, { kind, orgId, ...(await ownersFoundBy(rows, orgId, search)) });
  if (found === null) {
    return { parts: [own(wanted.part)], along: own(wanted.along) };
  }
  const { from, where: needs } = wanted.along;
  return {
    parts: found.parts.map((part) =>
      own({ from: `${part.from} ${from}`, where: [...part.where, ...needs] }),
    ),
    along: own({ from, where: [...needs, found.along] }),
  };
}

/** Conditions on the key itself. */
function plainFilter(
  { status, subOrgId, owner, serviceAccountId, environment, madeBy }: Filters,
  { orgId, now, dialect }: FilterContext,
): Condition[] {
  const where = reached(orgId, dialect);
  if (madeBy !== undefined) where.push(descendsFrom(madeBy, orgId));
  if (environment !== undefined) where.push(['k.environment = ?', environment]);
  if (status !== undefined) where.push(hasStatus(status, now));
  if (subOrgId !== undefined) where.push(['k.sub_org_id = cast(? as bigint)', subOrgId]);
  if (owner !== undefined) where.push([`${ownerOf} = ?`, owner]);
  if (serviceAccountId !== undefined) {
    // The first of the two has an index.
    const both = `${ownerOf} = ? and k.service_account_id = ?`;
    where.push([both, serviceAccountId, serviceAccountId]);
  }
  return where;
}

/** Whether a key `k` descends from one of the organization's; see `lineage.ts`. */
function descendsFrom(id: string, orgId: string): Condition {
  const bound = (end: string) =>
    `(select coalesce(p.lineage, '') || p.id || '${end}' from api_key p where p.id = ? and p.org_id = ?)`;
  return [`k.lineage >= ${bound('/')} and k.lineage < ${bound('0')}`, id, orgId, id, orgId];
}

function byAttention(
  attention: Attention | undefined,
  { kind, orgId, now }: FilterContext,
): { readonly part: Part; readonly along: Part } {
  if (attention === undefined) {
    return { part: { from: 'api_key k', where: [] }, along: { from: '', where: [] } };
  }
  const needs = needsAttention(attention, now);
  if (attention === 'unused') {
    const join = kind === 'sqlite' ? 'cross join' : 'join';
    const from = `${join} key_order u on u.key_id = k.id`;
    const first: Condition = ['u.org_id = ? and u.last_used_at < ?', orgId, unusedSince(now)];
    return {
      part: { from: `key_order u ${join} api_key k on k.id = u.key_id`, where: [first, needs] },
      along: { from, where: [needs] },
    };
  }
  if (attention === 'blocked') {
    const four = [orgId, orgId, orgId, orgId] as const;
    const part: Part =
      kind === 'sqlite'
        ? {
            from: `api_key k ${ownerJoins}`,
            where: [[`${ownerOf} in (${lessOwners})`, ...four], needs],
          }
        : { from: blockedInOrder, values: [...four, orgId, orgId], where: [needs] };
    return { part, along: { from: ownerJoins, where: [needs] } };
  }
  return { part: { from: 'api_key k', where: [needs] }, along: { from: '', where: [needs] } };
}

const least = (condition: string) =>
  `(select min(${ownerOf}) from api_key k where k.org_id = ? ${condition})`;

/**
 * The owners of the organization's keys whose authority is less than it was, or gone: its owners one
 * by one, each found by the index, without those in good standing. With four times its id.
 */
const lessOwners = `
  with recursive owner (id) as (
    select ${least('')}
    union all
    select ${least(`and ${ownerOf} > owner.id`)} from owner where owner.id is not null
  )
  select owner.id from owner where owner.id is not null
    and not exists (
      select 1 from service_account a where a.id = owner.id and a.org_id = ? and a.is_active
    )
    and not exists (
      select 1 from membership m
      where m.clerk_org_id = ? and m.user_id = owner.id and m.active and m.role = 'admin'
    )`;

/**
 * PostgreSQL reads their keys owner by owner, by the index whose expressions these are, and no further
 * than the count or page needs. It would scan the table, but for their order. With four times the
 * organization's id, and twice more.
 */
const blockedInOrder = `
  (${lessOwners}) o
  cross join (values (true), (false)) may (writing)
  cross join lateral (
    select * from api_key k
    where k.org_id = ? and ${ownerOf} = o.id and k.revoked_at is null and not k.disabled
      and (${holdsWrite}) = may.writing
      and (may.writing or not exists (
        select 1 from membership m where m.clerk_org_id = ? and m.user_id = o.id and m.active
      ))
    order by k.id offset 0
  ) k ${ownerJoins}`;

/** The owners whose names a query finds: the ids of service accounts, and the part of members' names. */
async function ownersFoundBy(rows: Rows, orgId: string, search: string) {
  const sought = soughtIn(search);
  if (sought === null) return { accountIds: [] };
  const accounts = await rows.all<{ id: string; name: string }>(
    'select id, name from service_account where org_id = ?',
    [orgId],
  );
  const isFound = ({ name }: { readonly name: string }) => searchText([name]).includes(sought);
  return { accountIds: accounts.filter(isFound).map(({ id }) => id) };
}
