import { LockMode } from '@mikro-orm/core';
import { refusals } from '../../../core/mod.ts';
import { isWithin, type Placed } from '../../api-keys/lineage.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { notFound, refused } from '../../wire/problem.ts';
import type { Principal } from '../principal.ts';

/**
 * The caller's key with this id. A dialect's own paths reach its own keys only; on those of `repurai` a
 * revoked key is gone.
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
    { id, orgId: principal.organization.id, ...ofDialect(principal) },
    lock ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {},
  );
  if (key === null) throw notFound('API key', 'api_key_not_found');
  return key;
}

function ofDialect({ dialect }: Principal) {
  if (dialect === null) return {};
  return dialect === 'repurai' ? { dialect, revokedAt: null } : { dialect };
}

/**
 * A key changes itself and the keys that descend from it, and no others.
 *
 * @throws {Problem} 403.
 */
export function assertMayChange({ key: caller }: Principal, key: Placed): void {
  if (caller === null || isWithin(key, caller.id)) return;
  throw refused(refusals.insufficient_permissions);
}

/** The condition on live keys: neither revoked nor expired. */
export function liveKeys(principal: Principal, now: Date) {
  return {
    orgId: principal.organization.id,
    revokedAt: null,
    $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }],
  };
}
