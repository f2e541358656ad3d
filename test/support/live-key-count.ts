import { expect } from 'vitest';
import type { Database } from '../../server/database/database.ts';

/** Fails where a counter of live keys is not what counting the keys gives. */
export async function expectLiveKeysCounted(database: Database): Promise<void> {
  const em = database.read();
  const keys = await em.execute<{ name: string; n: number | string }[]>(
    `select c.org_id || ' ' || c.environment as name, count(k.id) as n
     from live_key_count c left join api_key k on k.org_id = c.org_id
       and k.environment = c.environment and k.revoked_at is null
       and (k.expires_at is null or k.expires_at > c.as_of)
     group by c.org_id, c.environment order by 1`,
  );
  const counters = await em.execute<{ name: string; n: number }[]>(
    "select org_id || ' ' || environment as name, keys as n from live_key_count order by 1",
  );
  const [uncounted] = await em.execute<{ n: number | string }[]>(
    `select count(*) as n from api_key k where not exists (
       select 1 from live_key_count c where c.org_id = k.org_id and c.environment = k.environment
     )`,
  );
  expect(counters).toEqual(keys.map(({ name, n }) => ({ name, n: Number(n) })));
  expect(Number(uncounted?.n)).toBe(0);
}
