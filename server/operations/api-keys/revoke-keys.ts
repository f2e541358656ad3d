import { LockMode, type RawQueryFragment, raw } from '@mikro-orm/core';
import type { QBFilterQuery } from '@mikro-orm/sql';
import type { EntityManager } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { emitKeyEvents, type OutboxContext } from '../../webhooks/outbox.ts';

// Most organizations have no webhooks: then there is nobody to ask about.
const isHeard = `exists (
  select 1 from webhook where webhook.org_id = api_key.org_id and webhook.is_active
) as heard`;

/**
 * Revokes keys for ever, however many, and tells the webhooks of their organizations.
 *
 * @param em - the transaction's; nobody can add keys to the selection until it ends.
 * @param where - which keys; those that are revoked already stay as they are.
 * @returns how many it were.
 */
export async function revokeKeys(
  em: EntityManager,
  where: QBFilterQuery<ApiKey>,
  revokedReason: string | null,
  context: OutboxContext,
): Promise<number> {
  const { now } = context;
  await em.flush();
  // Locked in the order of their ids, so that two who revoke the same keys wait for each other only
  // one way round.
  const live = em
    .createQueryBuilder(ApiKey)
    .select('id')
    .where(where)
    .andWhere({ revokedAt: null })
    .orderBy({ id: 'asc' })
    .setLockMode(LockMode.PESSIMISTIC_WRITE);
  const revoked = await em
    .createQueryBuilder(ApiKey)
    .update({ revokedAt: now, revokedReason, updatedAt: now })
    .where({ id: { $in: live } })
    .returning(['id', raw<RawQueryFragment>(isHeard)])
    .execute<{ id: string; heard: boolean | number }[]>('all');
  const keyIds = revoked.flatMap(({ id, heard }) => (heard ? [id] : [])).sort();
  await emitKeyEvents(em, { type: 'api_key.revoked', keyIds }, context);
  return revoked.length;
}
