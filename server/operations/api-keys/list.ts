import { z } from 'zod';
import type { Database } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { parentOrgAdmin } from '../access.ts';
import { id, integer, pageOf, paging, text } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { cutPage, decodeCursor } from '../page.ts';
import { keyRecord, keyRecords, keyStatuses } from './key-record.ts';

const sortable = ['created_at', 'label', 'last_used_at', 'expires_at'] as const;
const sorts = sortable.flatMap((column) => [column, `-${column}` as const]);

const input = z.object({
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
    const order = sortExpression(query.sort.replace('-', ''), kind);
    const where = conditions(query, kind, principal.organization.id, now);
    const start = decodeCursor(
      query.cursor,
      query.sort.endsWith('label') ? 'string' : 'number',
      'string',
    );
    if (start !== null) {
      where.push([`(${order}, k.id) ${descending ? '<' : '>'} (?, ?)`, ...start]);
    }
    const direction = descending ? 'desc' : 'asc';
    const rows = await em.execute<{ id: string; position: string | number }[]>(
      `select k.id, ${order} as position
       from api_key k left join key_use u on u.key_id = k.id
       where ${where.map(([sql]) => sql).join(' and ')}
       order by position ${direction}, k.id ${direction} limit ${query.limit + 1}`,
      where.flatMap(([, ...parameters]) => parameters),
    );
    const page = cutPage(rows, query.limit, (row) => [row.position, row.id]);
    const keys = await em.find(ApiKey, { id: { $in: page.items.map((row) => row.id) } });
    const byId = new Map(keys.map((key) => [key.id, key]));
    const ordered = page.items.flatMap((row) => byId.get(row.id) ?? []);
    return { items: await keyRecords(em, ordered, now), nextCursor: page.nextCursor };
  },
});

type Condition = [sql: string, ...parameters: (string | number | Date)[]];

function conditions(
  query: z.output<typeof input>,
  kind: Database['kind'],
  orgId: string,
  now: Date,
): Condition[] {
  const where: Condition[] = [['k.org_id = ?', orgId]];
  if (query.subOrgId !== undefined) where.push(['k.sub_org_id = ?', query.subOrgId]);
  if (query.serviceAccountId !== undefined) {
    where.push(['k.service_account_id = ?', query.serviceAccountId]);
  }
  if (query.search !== undefined) {
    const escaped = query.search.replace(/[!%_]/g, '!$&');
    // SQLite's own `like` ignores the case of ASCII letters.
    const like = kind === 'sqlite' ? 'like' : 'ilike';
    where.push([`k.label ${like} ? escape '!'`, `%${escaped}%`]);
  }
  const unexpired: Condition = ['(k.expires_at is null or k.expires_at > ?)', now];
  if (query.status === 'revoked') where.push(['k.revoked_at is not null']);
  else if (query.status !== undefined) where.push(['k.revoked_at is null']);
  if (query.status === 'expired') where.push(['k.expires_at <= ?', now]);
  if (query.status === 'active') where.push(['not k.disabled'], unexpired);
  if (query.status === 'disabled') where.push(['k.disabled'], unexpired);
  return where;
}

/** What to sort by, as a value that a cursor can carry; a time that is missing counts as the oldest. */
function sortExpression(column: string, kind: Database['kind']): string {
  if (column === 'label') return 'lower(k.label)';
  const qualified = column === 'last_used_at' ? 'u.last_used_at' : `k.${column}`;
  const milliseconds =
    kind === 'sqlite' ? qualified : `(extract(epoch from ${qualified}) * 1000)::float8`;
  return `coalesce(${milliseconds}, 0)`;
}
