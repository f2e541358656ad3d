import { createHash } from 'node:crypto';
import type { LookupScheme } from '../../../core/mod.ts';
import { fingerprintsOf } from '../../crypto/secret-fingerprints.ts';
import { everyScheme } from '../../database/former-secrets.ts';
import type { Services } from '../operation.ts';
import type { Leak } from './take-back.ts';

/** A leaked text by its digest: SHA-256, hexadecimal, and what it may be stored under. */
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

/** What a leaked secret may be stored under: a retired one also under a secret that is gone. */
export function lookupSchemes({ database, schemes, encryption }: Services) {
  return everyScheme(database.read(), schemes, encryption);
}
