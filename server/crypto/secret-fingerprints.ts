import type { LookupScheme } from '../../core/mod.ts';

/**
 * The fingerprints of a secret in the audit log: the scheme and its lookup value, an HMAC under a
 * key that is derived from SERVER_SECRET. A fingerprint reveals nothing of the secret, and opens
 * nothing. There is one per scheme: the secret may be stored, or come again, under any of them.
 *
 * @param digest - SHA-256 of the secret, hexadecimal.
 */
export function fingerprintsOf(schemes: readonly LookupScheme[], digest: string): string[] {
  return schemes.map((scheme) => `${scheme.id}.${scheme.lookup(digest)}`);
}

/**
 * The lookup values in fingerprints.
 *
 * @param schemes - the known schemes; a fingerprint of another one can be compared with nothing.
 */
export function lookupsIn(
  fingerprints: readonly string[],
  schemes: readonly LookupScheme[],
): string[] {
  const known = new Set(schemes.map(({ id }) => id));
  return fingerprints.flatMap((each) => {
    const [scheme = '', lookup = ''] = each.split('.');
    return known.has(scheme) ? [lookup] : [];
  });
}
