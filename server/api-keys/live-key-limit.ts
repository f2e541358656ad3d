import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { ApiKey } from '../database/entities/api-key.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Problem } from '../wire/problem.ts';

/** The most live keys of an organization, and the most sandbox keys. */
const maxLiveKeys = 100_000;

/** Whose keys are counted. */
type Counted = Pick<ApiKey, 'orgId' | 'environment'>;

/**
 * Makes sure that an organization does not hold too many keys. In the transaction that has inserted
 * keys they are counted already. It holds the counter until it ends, so that a second one which adds
 * keys counts the first one's: do this last.
 *
 * @param more - how many keys are to come besides those that were inserted.
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
 * Counts keys that are not revoked and expire after `now`, if ever, by what has changed since the
 * counter was last asked. The clock may have been put back since.
 */
async function countLiveKeys(em: EntityManager, counted: Counted, now: Date): Promise<number> {
  const key = [counted.orgId, counted.environment];
  const isPostgresql = em.getDriver() instanceof PostgreSqlDriver;
  if (isPostgresql) {
    // A statement of its own: the next one then sees what was committed while this one waited.
    await em.execute(
      `insert into live_key_count (org_id, environment, keys, as_of) values (?, ?, 0, 'epoch')
       on conflict (org_id, environment) do update set keys = live_key_count.keys`,
      key,
    );
  }
  const live = `select count(*) from api_key k
    where k.org_id = live_key_count.org_id and k.environment = live_key_count.environment
      and k.revoked_at is null`;
  const changes = isPostgresql
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

// On PostgreSQL, triggers note changes beside the counter. One statement takes them and counts what
// has expired, because both must be of one moment.
const takeChanges =
  'delete from live_key_change where org_id = ? and environment = ? returning expires_at, keys';
const sumOfTaken = `+ coalesce((
  select sum(taken.keys) from taken where taken.expires_at is null or taken.expires_at > as_of
), 0)`;
