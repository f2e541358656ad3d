import type { QBFilterQuery } from '@mikro-orm/sql';
import { notEnded } from '../../api-keys/key-record.ts';
import { revokeKeys } from '../../api-keys/revoke-keys.ts';
import { batches } from '../../database/batches.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { rememberRevoked } from '../../database/revoked-secrets.ts';
import { consequenceOf } from '../leaks/leak.ts';
import type { OperationContext } from '../operation.ts';

const fresh = { disableIdentityMap: true } as const;

/** The result of closing secrets. */
export interface Closed {
  readonly revokedKeys: number;
  /** Whether anything was changed or remembered. */
  readonly isNew: boolean;
}

/**
 * Closes secrets wherever they are stored: under another key, because a file was imported once more
 * since, and in no key at all, where a later import would bring them back.
 *
 * @param lookups - their possible lookup values.
 * @param keyId - the key of the lost history that had these secrets.
 */
export async function closeSecrets(
  work: OperationContext,
  lookups: readonly string[],
  keyId: string,
  reason: string | null,
): Promise<Closed> {
  const { em } = work;
  const found: ApiKeySecret[] = [];
  for (const some of batches(lookups)) {
    const rows = await em.find(ApiKeySecret, { lookup: { $in: some } }, fresh);
    for (const row of rows) found.push(row);
  }
  const ended = await endSecrets(work, found, reason);
  const here = new Set(found.map(({ lookup }) => lookup));
  const absent = lookups.filter((lookup) => !here.has(lookup));
  const isRemembered = await rememberRevoked(em, absent, keyId, reason);
  return { ...ended, isNew: ended.isNew || isRemembered };
}

/**
 * Revokes the remaining access of each secret, as a leak report does: its key, or the rest of a
 * grace.
 */
export async function endSecrets(
  work: OperationContext,
  secrets: readonly ApiKeySecret[],
  reason: string | null,
): Promise<Closed> {
  const { em, now } = work;
  let [revokedKeys, endedGraces] = [0, 0];
  for (const secret of secrets) {
    const { lookup, keyId } = secret;
    const key = await em.findOneOrFail(ApiKey, { id: keyId }, fresh);
    if (consequenceOf(secret, key, now).action === 'key revoked') {
      revokedKeys += await revoke(work, { id: keyId }, reason);
    }
    // Also where this process's clock says that the grace is over: another process's clock may not.
    const retiredAt = { retiredAt: now };
    endedGraces += await em.nativeUpdate(ApiKeySecret, { lookup, ...notEnded }, retiredAt);
  }
  return { revokedKeys, isNew: revokedKeys + endedGraces > 0 };
}

export async function revoke(
  { em, now, services }: OperationContext,
  where: QBFilterQuery<ApiKey>,
  reason: string | null,
): Promise<number> {
  const { random, database } = services;
  const context = { now, random, rowMacs: database.rowMacs };
  return (await revokeKeys(em, where, reason, context)).length;
}
