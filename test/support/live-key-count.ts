import { expect } from 'vitest';
import type { Database } from '../../server/database/database.ts';

/** The counted live keys of each organization and environment; `org environment: n`. */
export async function countedLiveKeys(database: Database): Promise<Record<string, number>> {
  const changes = `
    union all
    select h.org_id, h.environment, h.keys from live_key_change h
    left join live_key_count c on c.org_id = h.org_id and c.environment = h.environment
    where h.expires_at is null or c.as_of is null or h.expires_at > c.as_of`;
  return byName(
    database,
    `select org_id, environment, sum(keys) as n from (
       select org_id, environment, keys from live_key_count
       ${database.kind === 'postgresql' ? changes : ''}
     ) as counted group by org_id, environment having sum(keys) <> 0`,
  );
}

/** Fails where a counter of live keys differs from the counted keys. */
export async function expectLiveKeysCounted(database: Database): Promise<void> {
  const keys = await byName(
    database,
    `select k.org_id, k.environment, count(*) as n from api_key k
     left join live_key_count c on c.org_id = k.org_id and c.environment = k.environment
     where k.revoked_at is null
       and (k.expires_at is null or c.as_of is null or k.expires_at > c.as_of)
     group by k.org_id, k.environment`,
  );
  expect(await countedLiveKeys(database)).toEqual(keys);
}

async function byName(database: Database, sql: string): Promise<Record<string, number>> {
  const rows = await database
    .read()
    .execute<{ org_id: string; environment: string; n: number | string }[]>(sql);
  return Object.fromEntries(rows.map((row) => [`${row.org_id} ${row.environment}`, Number(row.n)]));
}
