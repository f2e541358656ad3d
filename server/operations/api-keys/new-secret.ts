import { generateKey } from '../../../core/mod.ts';
import { fingerprintsOf } from '../../crypto/secret-fingerprints.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import type { OperationContext } from '../operation.ts';

/**
 * Makes a secret for a key, and stores its lookup value, seal and preview.
 *
 * @returns the raw key, for the one answer that shows it and nothing else; and the secret's
 * identification in the audit log.
 */
export function newSecret(
  { em, services, principal, now }: OperationContext,
  key: { readonly id: string; readonly environment: 'live' | 'test' },
): { readonly rawKey: string; readonly fingerprints: readonly string[] } {
  const { scheme, schemes, random, hashing } = services;
  const made = generateKey({ environment: key.environment, random });
  const digest = hashing.sha256(made.key);
  const lookup = scheme.lookup(digest);
  const seal = scheme.seal(key.id, principal.organization.id, lookup);
  if (seal === null) throw new Error('the server always seals');
  em.persist(
    em.create(ApiKeySecret, {
      lookup,
      keyId: key.id,
      scheme: scheme.id,
      seal,
      prefix: made.prefix,
      first4: made.first4,
      last4: made.last4,
      createdAt: now,
    }),
  );
  return { rawKey: made.key, fingerprints: fingerprintsOf(schemes, digest) };
}
