import { z } from 'zod';
import type { Database, EntityManager } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ServiceAccount } from '../../database/entities/service-account.ts';
import { type Condition, foundBy } from '../../database/key-search.ts';
import { searchText, soughtIn } from '../../search-text.ts';
import { parentOrgAdmin } from '../access.ts';
import { id, integer, pageOf, paging, text } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';
import { keyRecord, keyRecords, keyStatuses } from './key-record.ts';

const sortable = ['created_at', 'label', 'last_used_at', 'expires_at'] as const;
const sorts = sortable.flatMap((column) => [column, `-${column}` as const]);

const input = z.strictObject({
  /** Part of a label, a description or an owner's name; a preview, its first or last four, or an id. */
  search: text(0, 100).optional(),
  status: z.enum(keyStatuses).optional(),
  subOrgId: integer().optional(),
  serviceAccountId: id.optional(),
  sort: z.enum(sorts).default('-created_at'),
  ...paging,
});

/** Lists the organization's keys, revoked ones too; newest first unless asked otherwise. */
export const listApiKeys = defineOperation({
  name: 'apiKeys.list',
  summary: 'List the API keys of the organization',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input,
  output: pageOf(keyRecord),
  async run({ em, principal, now, services }, query) {
    const descending = query.sort.startsWith('-');
    const { kind } = services.database;
    const orgId = principal.organization.id;
    const order = orderBy(query.sort.replace('-', ''), kind);
    const where = conditions(query, orgId, now);
    const { search = '' } = query;
    const found = foundBy(search, kind, await ownersFoundBy(em, orgId, search));
    if (found !== null) where.push(found);
    const start = decodeCursor(query.cursor, order.type, 'string');
    if (start !== null) {
      const [value, after] = start;
      const from = typeof value === 'number' ? withinTime(value) : value;
      where.push([`(${order.by}, k.id) ${descending ? '<' : '>'} (${order.from}, ?)`, from, after]);
    }
    const direction = descending ? 'desc' : 'asc';
    const rows = await em.execute<{ id: string; position: string | number }[]>(
      `select id, ${order.position} as position
       from (
         select k.id, ${order.by} as place
         from api_key k left join key_use u on u.key_id = k.id
         where ${where.map(([sql]) => sql).join(' and ')}
         order by place ${direction}, k.id ${direction} limit ${query.limit + 1}
       ) page
       order by place ${direction}, id ${direction}`,
      where.flatMap(([, ...parameters]) => parameters),
    );
    const page = cutPage(rows, query.limit, (row) => [row.position, row.id]);
    const keys = await em.find(ApiKey, { id: { $in: page.items.map((row) => row.id) } });
    const byId = new Map(keys.map((key) => [key.id, key]));
    const ordered = page.items.flatMap((row) => byId.get(row.id) ?? []);
    return { items: await keyRecords(em, ordered, now), nextCursor: page.nextCursor };
  },
});

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
    .map(({ id }) => id);
  return ids.length === 0
    ? []
    : [[`k.service_account_id in (${ids.map(() => '?').join(', ')})`, ...ids]];
}

function conditions(query: z.output<typeof input>, orgId: string, now: Date): Condition[] {
  const where: Condition[] = [['k.org_id = ?', orgId]];
  if (query.subOrgId !== undefined) where.push(['k.sub_org_id = ?', query.subOrgId]);
  if (query.serviceAccountId !== undefined) {
    where.push(['k.service_account_id = ?', query.serviceAccountId]);
  }
  const unexpired: Condition = ['(k.expires_at is null or k.expires_at > ?)', now];
  if (query.status === 'revoked') where.push(['k.revoked_at is not null']);
  else if (query.status !== undefined) where.push(['k.revoked_at is null']);
  if (query.status === 'expired') where.push(['k.expires_at <= ?', now]);
  if (query.status === 'active') where.push(['not k.disabled'], unexpired);
  if (query.status === 'disabled') where.push(['k.disabled'], unexpired);
  return where;
}

/** How a list is ordered, and how a cursor carries a place in it. */
interface Order {
  /** What a key is ordered by. */
  readonly by: string;
  readonly type: 'string' | 'number';
  /** What a cursor says of `place`. */
  readonly position: string;
  /** What a cursor's value stands for, as a parameter. */
  readonly from: string;
}

/** What never expires comes after all that does, and what was never used before all that was. */
function orderBy(column: string, kind: Database['kind']): Order {
  if (column === 'label') {
    return { by: 'lower(k.label)', type: 'string', position: 'place', from: '?' };
  }
  const time = column === 'last_used_at' ? 'u.last_used_at' : `k.${column}`;
  const missing = column === 'expires_at' ? endOfTime : 0;
  if (kind === 'sqlite') {
    return { by: `coalesce(${time}, ${missing})`, type: 'number', position: 'place', from: '?' };
  }
  // As times: to turn each of ten thousand into a number takes longer than to sort them.
  return {
    by: `coalesce(${time}, to_timestamp(${missing / 1000}))`,
    type: 'number',
    position: '(extract(epoch from place) * 1000)::float8',
    from: 'to_timestamp(? / 1000.0)',
  };
}

/** After every expiry, and a time that PostgreSQL knows: the last second of the year 9999. */
const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A number that a cursor carries, forged ones too, as a time that both databases know. */
function withinTime(value: number): number {
  return Math.floor(Math.min(Math.max(value, 0), endOfTime));
}
