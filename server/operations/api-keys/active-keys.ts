import type { Rows } from '../../database/rows.ts';
import { hasStatus } from './key-conditions.ts';

/** A parent of keys: the column that names it, and a condition that an index answers. */
const parents = {
  sub_org: ['k.sub_org_id', 'k.sub_org_id'],
  service_account: ['k.service_account_id', 'coalesce(k.service_account_id, k.created_by)'],
} as const;

/**
 * The numbers of active keys of sub-orgs or service accounts, in one statement.
 *
 * @param orgId - their organization.
 * @returns a record with the number added, for each of the given ones, in their order.
 */
export async function withActiveKeys<Id extends string | number, Row extends { readonly id: Id }>(
  rows: Pick<Rows, 'all'>,
  parent: keyof typeof parents,
  records: readonly Row[],
  { orgId, now }: { readonly orgId: string; readonly now: Date },
): Promise<(Row & { activeKeys: number })[]> {
  const ids = records.map(({ id }) => id);
  const counts = new Map<string, number>();
  if (ids.length > 0) {
    const [column, indexed] = parents[parent];
    const among = ids.map((id) => (typeof id === 'number' ? 'cast(? as bigint)' : '?')).join();
    const [active, ...at] = hasStatus('active', now);
    const found = await rows.all<{ id: Id; count: number | string }>(
      `select ${column} as id, count(*) as count from api_key k
       where k.org_id = ? and ${indexed} in (${among}) and ${column} is not null and ${active}
       group by ${column}`,
      [orgId, ...ids, ...at],
    );
    for (const { id, count } of found) counts.set(String(id), Number(count));
  }
  return records.map((record) => ({ ...record, activeKeys: counts.get(String(record.id)) ?? 0 }));
}
