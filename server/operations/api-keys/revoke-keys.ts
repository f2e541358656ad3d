import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '../../database/database.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { emitKeyEvents, type OutboxContext } from '../../webhooks/outbox.ts';

/**
 * Revokes keys for ever, however many, and tells the webhooks of their organizations.
 *
 * @param em - the transaction's; nobody can add keys to the selection until it ends.
 * @param where - which keys; those that are revoked already stay as they are.
 * @returns how many it were.
 */
export async function revokeKeys(
  em: EntityManager,
  where: FilterQuery<ApiKey>,
  revokedReason: string | null,
  context: OutboxContext,
): Promise<number> {
  const { now } = context;
  const live = { $and: [where, { revokedAt: null }] } as FilterQuery<ApiKey>;
  const keys = await em.find(ApiKey, live, {
    fields: ['id'],
    lockMode: LockMode.PESSIMISTIC_WRITE,
    orderBy: { id: 'asc' },
    disableIdentityMap: true,
  });
  if (keys.length === 0) return 0;
  await em.nativeUpdate(ApiKey, live, { revokedAt: now, revokedReason, updatedAt: now });
  const keyIds = keys.map(({ id }) => id);
  await emitKeyEvents(em, { type: 'api_key.revoked', keyIds }, context);
  return keyIds.length;
}
