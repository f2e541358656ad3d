import type { ApiKey } from '../database/entities/api-key.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { isPostgresql } from '../database/is-postgresql.ts';
import { Problem } from '../wire/problem.ts';

/** Maximum of live keys in an organization; sandbox keys have the same maximum. */
const maxLiveKeys = 100_000;

/** The organization and environment of the counted keys. */
type Counted = Pick<ApiKey, 'orgId' | 'environment'>;

/**
 * Refuses too many keys in one organization. The count includes keys that this transaction has
 * inserted. The counter stays locked until the transaction ends, and a second transaction that adds
 * keys waits for it: make this the last step.
 *
 * @param more - further keys that are to come after those inserted.
 * @throws {Problem} 409.
 */
export async function assertWithinLimit(
  em: EntityManager,
  counted: Counted,
  now: Date,
  more = 0,
): Promise<void> {
  if ((await countLiveKeys(em, counted, now)) + more <= maxLiveKeys) return;
  throw new Problem(409, `An organization can have at most ${maxLiveKeys} live API keys`);
}

/**
 * Counts keys that are not revoked and do not expire until `now`, from the changes since the last
 * count. The clock may have been set back since then.
 */
async function countLiveKeys(em: EntityManager, counted: Counted, now: Date): Promise<number> {
  const key = [counted.orgId, counted.environment];
  const runsConcurrently = isPostgresql(em);
  if (runsConcurrently) {
    // A separate statement: the next one then sees the commits that this one waited for.
    await em.execute(
      `insert into live_key_count (org_id, environment, keys, as_of) values (?, ?, 0, 'epoch')
       on conflict (org_id, environment) do update set keys = live_key_count.keys`,
      key,
    );
  }
  const live = `select count(*) from api_key k
    where k.org_id = live_key_count.org_id and k.environment = live_key_count.environment
      and k.revoked_at is null`;
  const changes = runsConcurrently
    ? { taken: `with taken as (${takeChanges})`, sum: sumOfTaken, values: key }
    : { taken: '', sum: '', values: [] };
  const [row] = await em.execute<{ keys: number }[]>(
    `${changes.taken}
     update live_key_count set as_of = ?, keys = keys ${changes.sum}
       - (${live} and k.expires_at > as_of and k.expires_at <= ?)
       + (${live} and k.expires_at > ? and k.expires_at <= as_of)
     where org_id = ? and environment = ? returning keys`,
    [...changes.values, now, now, now, ...key],
  );
  return row?.keys ?? 0;
}

// PostgreSQL triggers write changes to a side table. One statement collects them and counts expired
// keys, because both must show the same moment.
const takeChanges =
  'delete from live_key_change where org_id = ? and environment = ? returning expires_at, keys';
const sumOfTaken = `+ coalesce((
  select sum(taken.keys) from taken where taken.expires_at is null or taken.expires_at > as_of
), 0)`;
