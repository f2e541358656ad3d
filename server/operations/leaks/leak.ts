import { createHash } from 'node:crypto';
import type { LookupScheme } from '../../../core/mod.ts';
import { fingerprintsOf } from '../../crypto/secret-fingerprints.ts';
import type { ApiKey } from '../../database/entities/api-key.ts';
import type { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { everyScheme } from '../../database/former-secrets.ts';
import type { Services } from '../operation.ts';

/** A secret that was found somewhere. */
export interface Leak {
  /** Its possible lookup values, one for each pepper. */
  readonly lookups: readonly string[];
  /** The secret's identification in the audit log. */
  readonly fingerprints: readonly string[];
  /** The places where it was found, as far as reported. */
  readonly places: readonly string[];
}

/** Makes the leak of a text, and its digest: SHA-256, hexadecimal. */
export function leakOf(
  schemes: readonly LookupScheme[],
  token: string,
  places: readonly string[] = [],
): { readonly digest: string; readonly leak: Leak } {
  const digest = createHash('sha256').update(token).digest('hex');
  return {
    digest,
    leak: {
      lookups: schemes.map((scheme) => scheme.lookup(digest)),
      fingerprints: fingerprintsOf(schemes, digest),
      places,
    },
  };
}

/**
 * The schemes that a leaked secret may be stored under: a retired one also under a secret that is
 * gone.
 */
export function lookupSchemes({ database, schemes, encryption }: Services) {
  return everyScheme(database.read(), schemes, encryption);
}

/** A leaked secret's state, and the action that it needs. */
export interface Consequence {
  readonly secret: 'current' | 'retiring' | 'retired';
  readonly action: 'key revoked' | 'grace ended' | 'recorded';
}

/**
 * Decides the consequence of a leak: it revokes the access that the secret still gives, and no
 * more.
 */
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
