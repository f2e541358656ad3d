import { LockMode, type RawQueryFragment, raw } from '@mikro-orm/core';
import type { QBFilterQuery } from '@mikro-orm/sql';
import { ApiKey } from '../database/entities/api-key.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { prepared } from '../database/prepared.ts';
import { type OutboxContext, publishKeyEvents } from './key-events.ts';

// Most organizations have no webhooks; their deliveries are not queried.
const isHeard = `exists (
  select 1 from webhook where webhook.org_id = api_key.org_id and webhook.is_active
) as heard`;

/** A revoked key. */
interface Revoked {
  readonly id: string;
  /** Whether its organization has a webhook. */
  readonly heard: boolean | number;
}

/**
 * Revokes one key for good, and writes events for its organization's webhooks. It does the same as
 * `revokeKeys`, by a prepared statement, because a leaked key is dangerous until it is revoked.
 *
 * @param em - the transaction's.
 * @param key - which key; one that is unknown in that organization, or already revoked, stays as it
 * is.
 * @returns its place among the keys that keys made; null when this call revoked nothing.
 */
export async function revokeKey(
  em: EntityManager,
  key: { readonly id: string; readonly orgId: string },
  revokedReason: string | null,
  context: OutboxContext,
): Promise<Pick<ApiKey, 'id' | 'dialect' | 'lineage'> | null> {
  const { now } = context;
  await em.flush();
  const revoked = await prepared<Revoked & Pick<ApiKey, 'dialect' | 'lineage'>>(
    em,
    `update api_key set revoked_at = ?, revoked_reason = ?, updated_at = ?
     where id = ? and org_id = ? and revoked_at is null
     returning id, dialect, lineage, ${isHeard}`,
    [now, revokedReason, now, key.id, key.orgId],
  );
  await publishRevoked(em, revoked, context);
  return revoked[0] ?? null;
}

/**
 * Revokes any number of keys for good, and writes events for their organizations' webhooks.
 *
 * @param em - the transaction's, which keeps others from adding keys to the selection until it
 * ends.
 * @param where - which keys; already revoked ones stay as they are.
 * @returns the ids of the keys that this call revoked.
 */
export async function revokeKeys(
  em: EntityManager,
  where: QBFilterQuery<ApiKey>,
  revokedReason: string | null,
  context: OutboxContext,
): Promise<string[]> {
  const { now } = context;
  await em.flush();
  // Locked in id order: two transactions that revoke the same keys then cannot deadlock.
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
    .execute<Revoked[]>('all');
  await publishRevoked(em, revoked, context);
  return revoked.map(({ id }) => id).sort();
}

function publishRevoked(
  em: EntityManager,
  revoked: readonly Revoked[],
  context: OutboxContext,
): Promise<void> {
  const keyIds = revoked.flatMap(({ id, heard }) => (heard ? [id] : [])).sort();
  return publishKeyEvents(em, { type: 'api_key.revoked', keyIds }, context);
}
