import { z } from 'zod';
import { ownerJoins } from '../../api-keys/key-owner.ts';
import { keyRecord, keyRecords, keyStatuses } from '../../api-keys/key-record.ts';
import { type Condition, foundBy, likePattern } from '../../database/key-search.ts';
import type { Value } from '../../database/prepared.ts';
import type { Rows } from '../../database/rows.ts';
import { id, integer, pageOf, paging, text } from '../../wire/fields.ts';
import { searchText, soughtIn } from '../../wire/search-text.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor, type Position } from '../page.ts';
import { callsOfSevenDays } from './calls-of-seven-days.ts';
import { attentions, hasStatus, needsAttention } from './key-conditions.ts';
import { columnOf, type Order, orderBy, sorts } from './key-order.ts';

const input = z.strictObject({
  /** Part of a label, a description or an owner's name; a preview, its first or last four, or an id. */
  search: text(0, 100).optional(),
  status: z.enum(keyStatuses).optional(),
  subOrgId: integer().optional(),
  /** Id of a member or a service account. */
  owner: id.optional(),
  serviceAccountId: id.optional(),
  attention: z.enum(attentions).optional(),
  environment: z.enum(['live', 'test']).optional(),
  sort: z.enum(sorts).default('-created_at'),
  ...paging,
});

/** A key with its number of calls on each of seven days (UTC), today the last. */
const listedKey = keyRecord.extend({ calls7d: z.array(z.int()).length(7) });

/** The largest exact count of keys. */
const mostCounted = 1000;

/** Lists the organization's keys, revoked ones too; newest first unless asked otherwise. */
export const listApiKeys = defineOperation({
  name: 'apiKeys.list',
  summary: 'List the API keys of the organization',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input,
  /** `total` is exact up to 1,000, and null beyond. */
  output: pageOf(listedKey).extend({ total: z.int().nullable() }),
  async run({ principal, now, services }, query) {
    const orgId = principal.organization.id;
    const { kind, rows } = services.database;
    const order = orderBy(columnOf(query.sort), kind);
    const where = conditions(query, orgId, now);
    const { search = '' } = query;
    const found = foundBy(search, kind, await ownersFoundBy(rows, orgId, search));
    if (found !== null) where.push(found);
    const total = await count(rows, where, joinsOf(query));
    const start = decodeCursor(query.cursor, order.type, 'string');
    const positions = await rows.all<{ id: string; position: string | number }>(
      ...pageStatement({ order, where, isFew: total !== null, start, orgId }, query),
    );
    const page = cutPage(positions, query.limit, (row) => [row.position, row.id]);
    const ids = page.items.map(({ id }) => id);
    const calls = await callsOfSevenDays(rows, ids, now);
    const keys = await keyRecords(rows, ids, now);
    const items = keys.map((key) => Object.assign(key, { calls7d: calls(key.id) }));
    return { items, nextCursor: page.nextCursor, total };
  },
});

type Query = z.output<typeof input>;

/** The tables that a filter's condition reads besides the key `k`. */
function joinsOf({ attention }: Query): string {
  if (attention === 'blocked') return ownerJoins;
  return attention === 'unused' ? 'left join key_use u on u.key_id = k.id' : '';
}

/**
 * The page's keys. Where few keys match the filters, these are found by the filters' indexes and
 * sorted; where many do, the order's index soon meets a page of them.
 */
function pageStatement(
  {
    order,
    where,
    isFew,
    start,
    orgId,
  }: {
    readonly order: Order;
    readonly where: readonly Condition[];
    readonly isFew: boolean;
    readonly start: Position | null;
    readonly orgId: string;
  },
  query: Query,
): [sql: string, values: Value[]] {
  const isDescending = query.sort.startsWith('-');
  const direction = isDescending ? 'desc' : 'asc';
  const values: Value[] = where.flatMap(([, ...parameters]) => parameters);
  const conditions = where.map(([sql]) => sql);
  if (!isFew && order.ofOrganization !== null) {
    conditions.push(order.ofOrganization);
    values.push(orgId);
  }
  let after = '';
  if (start !== null) {
    const [value, id] = start;
    const comparison = isDescending ? '<' : '>';
    after = `(${isFew ? 'place' : order.by}, ${isFew ? 'id' : order.id}) ${comparison} (${order.placeholder}, ?)`;
    values.push(order.parameter(value), id);
  }
  values.push(query.limit + 1);
  const from = `${isFew ? order.sparse : order.from} ${joinsOf(query)}`;
  const sorted = `order by place ${direction}, id ${direction}`;
  if (isFew) {
    return [
      `with found as materialized (
         select k.id, ${order.by} as place from ${from} where ${conditions.join(' and ')}
       )
       select id, ${order.position} as position from found
       ${after && `where ${after}`} ${sorted} limit ?`,
      values,
    ];
  }
  return [
    `select id, ${order.position} as position
     from (
       select k.id, ${order.by} as place from ${from}
       where ${conditions.join(' and ')} ${after && `and ${after}`}
       order by ${order.by} ${direction}, ${order.id} ${direction} limit ?
     ) page
     ${sorted}`,
    values,
  ];
}

function conditions(query: Query, orgId: string, now: Date): Condition[] {
  const { status, subOrgId, owner, serviceAccountId, attention, environment } = query;
  const where: Condition[] = [['k.org_id = ?', orgId]];
  if (subOrgId !== undefined) where.push(['k.sub_org_id = ?', subOrgId]);
  const isOwnedBy = 'coalesce(k.service_account_id, k.created_by) = ?';
  if (serviceAccountId !== undefined) {
    // The first condition has an index.
    const both = `${isOwnedBy} and k.service_account_id = ?`;
    where.push([both, serviceAccountId, serviceAccountId]);
  }
  if (owner !== undefined) where.push([isOwnedBy, owner]);
  if (environment !== undefined) where.push(['k.environment = ?', environment]);
  if (status !== undefined) where.push(hasStatus(status, now));
  if (attention !== undefined) where.push(needsAttention(attention, now));
  return where;
}

/** Conditions on keys for the owners whose names a query finds. */
async function ownersFoundBy(rows: Rows, orgId: string, search: string): Promise<Condition[]> {
  const sought = soughtIn(search);
  if (sought === null) return [];
  const accounts = await rows.all<{ id: string; name: string }>(
    'select id, name from service_account where org_id = ?',
    [orgId],
  );
  const ids = accounts
    .filter(({ name }) => searchText([name]).includes(sought))
    .map(({ id: accountId }) => accountId);
  const members: Condition = [
    `k.service_account_id is null and k.created_by in (
       select user_id from membership where clerk_org_id = ? and name_search like ? escape '!'
     )`,
    orgId,
    likePattern(sought),
  ];
  if (ids.length === 0) return [members];
  return [members, [`k.service_account_id in (${ids.map(() => '?').join(', ')})`, ...ids]];
}

async function count(
  rows: Rows,
  where: readonly Condition[],
  joins: string,
): Promise<number | null> {
  const [row] = await rows.all<{ n: number | string }>(
    `select count(*) as n from (
       select 1 from api_key k ${joins} where ${where.map(([sql]) => sql).join(' and ')}
       limit ${mostCounted + 1}
     ) counted`,
    where.flatMap(([, ...parameters]) => parameters),
  );
  const total = Number(row?.n);
  return total > mostCounted ? null : total;
}
