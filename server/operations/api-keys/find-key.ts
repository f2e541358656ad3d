import { LockMode } from '@mikro-orm/core';
import { ApiKey } from '../../database/entities/api-key.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { notFound } from '../../wire/problem.ts';
import type { Principal } from '../access.ts';

/**
 * The caller's key with this id.
 *
 * @param lock - true to hold the row until the transaction ends.
 * @throws {Problem} 404, the same for an unknown id and another organization's.
 */
export async function findKey(
  em: EntityManager,
  principal: Principal,
  id: string,
  lock = false,
): Promise<ApiKey> {
  const key = await em.findOne(
    ApiKey,
    { id, orgId: principal.organization.id },
    lock ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {},
  );
  if (key === null) throw notFound('API key', 'api_key_not_found');
  return key;
}

/** The condition on live keys: neither revoked nor expired. */
export function liveKeys(principal: Principal, now: Date) {
  return {
    orgId: principal.organization.id,
    revokedAt: null,
    $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }],
  };
}
