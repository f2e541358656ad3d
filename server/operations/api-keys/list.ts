import { z } from 'zod';
import { ownerJoins } from '../../api-keys/key-owner.ts';
import { keyRecord, keyRecords, keyStatuses } from '../../api-keys/key-record.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { type Condition, foundBy, likePattern } from '../../database/key-search.ts';
import { id, integer, pageOf, paging, text } from '../../wire/fields.ts';
import { searchText, soughtIn } from '../../wire/search-text.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';
import { callsOfSevenDays } from './calls-of-seven-days.ts';
import { attentions, hasStatus, needsAttention } from './key-conditions.ts';
import { columnOf, orderBy, sorts } from './key-order.ts';

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
  async run({ em, principal, now, services }, query) {
    const orgId = principal.organization.id;
    const isDescending = query.sort.startsWith('-');
    const { kind } = services.database;
    const order = orderBy(columnOf(query.sort), kind);
    const where = conditions(query, orgId, now);
    const { search = '' } = query;
    const found = foundBy(search, kind, await ownersFoundBy(em, orgId, search));
    if (found !== null) where.push(found);
    const total = await count(em, where);

    const start = decodeCursor(query.cursor, order.type, 'string');
    if (start !== null) {
      const [value, after] = start;
      const comparison = isDescending ? '<' : '>';
      where.push([
        `(${order.by}, k.id) ${comparison} (${order.from}, ?)`,
        order.parameter(value),
        after,
      ]);
    }
    const direction = isDescending ? 'desc' : 'asc';
    const rows = await em.execute<{ id: string; position: string | number }[]>(
      `select id, ${order.position} as position
       from (
         select k.id, ${order.by} as place
         from ${tables} where ${where.map(([sql]) => sql).join(' and ')}
         order by place ${direction}, k.id ${direction} limit ${query.limit + 1}
       ) page
       order by place ${direction}, id ${direction}`,
      where.flatMap(([, ...parameters]) => parameters),
    );
    const page = cutPage(rows, query.limit, (row) => [row.position, row.id]);
    const ids = page.items.map((row) => row.id);
    const keys = await em.find(ApiKey, { id: { $in: ids } });
    const byId = new Map(keys.map((key) => [key.id, key]));
    const ordered = ids.flatMap((keyId) => byId.get(keyId) ?? []);
    const calls = await callsOfSevenDays(em, services.database.dialect, ids, now);
    const records = await keyRecords(em, ordered, now);
    const items = records.map((record) => ({ ...record, calls7d: calls(record.id) }));
    return { items, nextCursor: page.nextCursor, total };
  },
});

/** A key `k`, its last use `u`, and its owner. */
const tables = `api_key k left join key_use u on u.key_id = k.id ${ownerJoins}`;

function conditions(query: z.output<typeof input>, orgId: string, now: Date): Condition[] {
  const { status, subOrgId, owner, serviceAccountId, attention, environment } = query;
  const where: Condition[] = [['k.org_id = ?', orgId]];
  if (subOrgId !== undefined) where.push(['k.sub_org_id = ?', subOrgId]);
  if (serviceAccountId !== undefined) where.push(['k.service_account_id = ?', serviceAccountId]);
  if (owner !== undefined) where.push(['coalesce(k.service_account_id, k.created_by) = ?', owner]);
  if (environment !== undefined) where.push(['k.environment = ?', environment]);
  if (status !== undefined) where.push(hasStatus(status, now));
  if (attention !== undefined) where.push(needsAttention(attention, now));
  return where;
}

/** Conditions on keys for the owners whose names a query finds. */
async function ownersFoundBy(
  em: EntityManager,
  orgId: string,
  search: string,
): Promise<Condition[]> {
  const sought = soughtIn(search);
  if (sought === null) return [];
  const accounts = await em.find(ServiceAccount, { orgId }, { fields: ['id', 'name'] });
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

async function count(em: EntityManager, where: readonly Condition[]): Promise<number | null> {
  const [row] = await em.execute<{ n: number | string }[]>(
    `select count(*) as n from (
       select 1 from ${tables} where ${where.map(([sql]) => sql).join(' and ')}
       limit ${mostCounted + 1}
     ) counted`,
    where.flatMap(([, ...parameters]) => parameters),
  );
  const total = Number(row?.n);
  return total > mostCounted ? null : total;
}
