import type { ApiKey } from '../../database/entities/api-key.ts';
import type { ApiKeySecret } from '../../database/entities/api-key-secret.ts';

/** What a leaked secret was, and what is done about it. */
export interface Consequence {
  readonly secret: 'current' | 'retiring' | 'retired';
  readonly action: 'key revoked' | 'grace ended' | 'recorded';
}

/** Decides what a leak comes to: as much is taken away as the secret still opens, and no more. */
export function consequenceOf(
  secret: Pick<ApiKeySecret, 'retiresAt' | 'retiredAt'>,
  key: Pick<ApiKey, 'revokedAt'>,
  now: Date,
): Consequence {
  const retiresAt = secret.retiresAt ?? null;
  const isRevoked = key.revokedAt != null;
  if (retiresAt === null)
    return { secret: 'current', action: isRevoked ? 'recorded' : 'key revoked' };
  if (secret.retiredAt != null || retiresAt <= now)
    return { secret: 'retired', action: 'recorded' };
  return { secret: 'retiring', action: isRevoked ? 'recorded' : 'grace ended' };
}
