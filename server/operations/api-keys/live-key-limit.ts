import type { EntityManager } from '../../database/database.ts';
import type { ApiKey } from '../../database/entities/api-key.ts';
import { LiveKeyCount } from '../../database/entities/live-key-count.ts';
import { Problem } from '../problem.ts';

/** The most live keys of an organization, and the most sandbox keys. */
export const mostLiveKeys = 100_000;

/** Whose keys are counted. */
type Counted = Pick<ApiKey, 'orgId' | 'environment'>;

/**
 * Makes sure that an organization does not hold too many keys. In the transaction that has inserted
 * keys they are counted already, and whoever adds more waits for its end.
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
  if ((await countOf(em, counted)) + more <= mostLiveKeys) return;
  await leaveOutExpired(em, counted, now);
  if ((await countOf(em, counted)) + more <= mostLiveKeys) return;
  throw new Problem(409, `An organization can have at most ${mostLiveKeys} live API keys`);
}

async function countOf(em: EntityManager, { orgId, environment }: Counted): Promise<number> {
  const fresh = { disableIdentityMap: true };
  const found = await em.findOne(LiveKeyCount, { orgId, environment }, fresh);
  return found?.keys ?? 0;
}

async function leaveOutExpired(em: EntityManager, { orgId, environment }: Counted, now: Date) {
  // Locked first: the next statement then sees every key that was counted before.
  await em.execute('update live_key_count set keys = keys where org_id = ? and environment = ?', [
    orgId,
    environment,
  ]);
  await em.execute(
    `update live_key_count set as_of = ?, keys = keys - (
       select count(*) from api_key k
       where k.org_id = live_key_count.org_id and k.environment = live_key_count.environment
         and k.revoked_at is null and k.expires_at > live_key_count.as_of and k.expires_at <= ?
     )
     where org_id = ? and environment = ? and as_of < ?`,
    [now, now, orgId, environment, now],
  );
}
