import { LockMode } from '@mikro-orm/core';
import { type KeyRecord, refusals } from '../../core/mod.ts';
import { previewOf, retiring } from '../api-keys/key-record.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { ApiKeySecret } from '../database/entities/api-key-secret.ts';
import { SubOrg } from '../database/entities/sub-org.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { refused } from '../wire/problem.ts';

const fresh = { disableIdentityMap: true } as const;

/**
 * Locks a key that manages keys, and every key that it descends from, until the transaction ends: a
 * revocation that takes its descendants away comes either before it and refuses it, or after it and
 * finds what it made. In order of their ids, as every revocation locks keys.
 *
 * @param now - decides whether it has expired.
 * @throws {Problem} 401 when it was revoked, disabled or has expired since it was verified, or its
 * secret was replaced or taken back: what a former secret made would outlive it.
 */
export async function lockManagingKey(
  em: EntityManager,
  { id, preview }: KeyRecord,
  now: Date,
): Promise<void> {
  const seen = await em.findOne(ApiKey, { id }, fresh);
  if (seen?.subOrgId != null) {
    // Before its keys, as everywhere: the end of the sub-org would otherwise deadlock with this.
    const lockMode = LockMode.PESSIMISTIC_READ;
    await em.findOne(SubOrg, { id: seen.subOrgId }, { ...fresh, lockMode });
  }
  const family = [...ancestorsOf(seen?.lineage ?? null), id];
  const locked = await em.find(
    ApiKey,
    { id: { $in: family } },
    { ...fresh, lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  const own = locked.find((key) => key.id === id);
  const isLive =
    own !== undefined &&
    own.revokedAt == null &&
    !own.disabled &&
    (own.expiresAt == null || own.expiresAt > now);
  if (!isLive || !(await isLiveSecret(em, id, preview, now))) throw refused(refusals.invalid_key);
}

/** Whether the secret with this preview is the key's current one, or in its grace. */
async function isLiveSecret(
  em: EntityManager,
  keyId: string,
  preview: string,
  now: Date,
): Promise<boolean> {
  const isLive = { $or: [{ retiresAt: null }, retiring(now)] };
  const secrets = await em.find(ApiKeySecret, { keyId, ...isLive }, fresh);
  return secrets.some((secret) => previewOf(secret) === preview);
}

function ancestorsOf(lineage: string | null): string[] {
  return (lineage ?? '').split('/').filter((each) => each !== '');
}
