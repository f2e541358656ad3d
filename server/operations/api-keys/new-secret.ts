import { generateKey } from '../../../core/mod.ts';
import { fingerprintsOf } from '../../crypto/secret-fingerprints.ts';
import type { ApiKey } from '../../database/entities/api-key.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { Problem } from '../../wire/problem.ts';
import type { OperationContext } from '../operation.ts';
import { howToSwitchOn } from './dialect-rules.ts';

/**
 * Makes a secret for a key, and stores its lookup value, seal and preview.
 *
 * @returns the raw key, for the one answer that shows it and nothing else; and the secret's
 * identification in the audit log.
 * @throws {Problem} where the key's dialect is switched off: no server would accept the secret.
 */
export function newSecret(
  { em, services, principal, now }: OperationContext,
  key: Pick<ApiKey, 'id' | 'dialect' | 'environment'>,
): { readonly rawKey: string; readonly fingerprints: readonly string[] } {
  const { scheme, schemes, random, hashing } = services;
  const { id, dialect, environment } = key;
  const isOff = howToSwitchOn(dialect, services.dialects);
  if (isOff !== null) throw new Problem(409, isOff);
  const made = generateKey({ id, dialect, environment, random });
  const digest = hashing.sha256(made.key);
  const lookup = scheme.lookup(digest);
  const seal = scheme.seal(id, principal.organization.id, lookup);
  if (seal === null) throw new Error('the server always seals');
  em.persist(
    em.create(ApiKeySecret, {
      lookup,
      keyId: id,
      scheme: scheme.id,
      seal,
      prefix: made.prefix,
      first4: made.first4,
      last4: made.last4,
      last6: dialect === 'repurai' ? made.key.slice(-6) : null,
      createdAt: now,
    }),
  );
  return { rawKey: made.key, fingerprints: fingerprintsOf(schemes, digest) };
}
