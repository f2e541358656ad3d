import { type Hashing, nobleHashing } from './hashing.ts';

/** Turns the digest of a key into its lookup value, under which it is stored and found. */
export interface LookupScheme {
  /** Identifies the scheme and its pepper in rows and logs; reveals nothing about the pepper. */
  readonly id: string;

  /**
   * The lookup value of a key.
   *
   * @param sha256Hex - SHA-256 of the raw key, 64 lower-case hexadecimal characters.
   * @returns 64 lower-case hexadecimal characters.
   * @throws {TypeError} when that is no such digest.
   */
  lookup(sha256Hex: string): string;

  /**
   * The seal of a stored row, which ties a lookup value to one key and one organization.
   *
   * @param keyId - the key's id; not empty, without NUL.
   * @param organizationId - the owning organization's id; not empty, without NUL.
   * @param lookup - the row's lookup value.
   * @returns 64 lower-case hexadecimal characters; null for a scheme without a pepper.
   * @throws {TypeError} when an argument is not of its form.
   */
  seal(keyId: string, organizationId: string, lookup: string): string | null;
}

/** By hand, because a regular expression takes longer than the digest itself. */
function assertDigest(text: string): void {
  let isDigest = text.length === 64;
  for (let i = 0; isDigest && i < 64; i++) {
    const code = text.charCodeAt(i);
    isDigest = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
  }
  if (!isDigest) throw new TypeError('expected 64 hexadecimal characters');
}

function assertId(text: string): void {
  if (text === '' || text.includes('\0')) throw new TypeError('expected an id without NUL');
}

/**
 * Lookup by plain SHA-256 of the key. Safe against reading the store, since a key has 214 bits of
 * entropy; not against writing to it. No seal.
 *
 * @example
 * ```ts
 * import { nobleHashing, sha256Scheme } from '@reporisk/api-access/core';
 * const digest = nobleHashing.sha256('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW');
 * sha256Scheme.lookup(digest) === digest; // true
 * ```
 */
export const sha256Scheme: LookupScheme = Object.freeze({
  id: 'sha256',
  lookup(sha256Hex: string): string {
    assertDigest(sha256Hex);
    return sha256Hex;
  },
  seal: (): null => null,
});

/**
 * Lookup by HMAC-SHA-256 under a pepper that is not in the database. Write access to the database
 * without the pepper can neither mint a key nor move one to another organization.
 *
 * One pepper serves three uses, and their messages can never be equal: a lookup is over exactly 32
 * bytes, a seal over more than 64, the id over 9.
 *
 * @param pepper - at least 32 random bytes; not kept.
 * @param hashing - the digests; `@noble/hashes` when absent.
 * @returns the scheme; its id is the first eight characters of HMAC(pepper, 'pepper id').
 * @throws {TypeError} when the pepper is shorter.
 * @example
 * ```ts
 * import { nobleHashing, pepperedScheme } from '@reporisk/api-access/core';
 * const scheme = pepperedScheme(crypto.getRandomValues(new Uint8Array(32)));
 * const lookup = scheme.lookup(nobleHashing.sha256('rrk_live_…'));
 * lookup.length; // 64
 * scheme.seal('key_01', 'org_1', lookup) === scheme.seal('key_01', 'org_2', lookup); // false
 * ```
 */
export function pepperedScheme(pepper: Uint8Array, hashing: Hashing = nobleHashing): LookupScheme {
  if (pepper.length < 32) throw new TypeError('a pepper has at least 32 bytes');
  const mac = hashing.hmacSha256(pepper);
  return Object.freeze({
    id: mac('pepper id', 'utf8').slice(0, 8),
    lookup(sha256Hex: string): string {
      assertDigest(sha256Hex);
      return mac(sha256Hex, 'hex');
    },
    seal(keyId: string, organizationId: string, lookup: string): string {
      assertId(keyId);
      assertId(organizationId);
      assertDigest(lookup);
      return mac(`${keyId}\0${organizationId}\0${lookup}`, 'utf8');
    },
  });
}
