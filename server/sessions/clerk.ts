import { createPublicKey, hash, type JsonWebKey } from 'node:crypto';
import { verifyJwt } from '@clerk/backend/jwt';
import { beginsLater, type ClaimRules, readClaims } from './claims.ts';
import type { Session, SessionVerifier } from './session.ts';

/** Options for verifying Clerk session tokens. */
export interface ClerkSessionOptions extends ClaimRules {
  /** The instance's public key, PEM. */
  readonly jwtKey: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Maximum of cached tokens; 10,000 when absent. */
  readonly cacheSize?: number;
}

/**
 * Maximum length of an accepted token, in characters. Clerk's have about 1,000; a cookie holds
 * 4,096.
 */
const longestToken = 8_192;

/**
 * Verifies Clerk's session tokens without a network call: signature (RS256), `exp`, `nbf`, `iat`,
 * `iss` and `azp` where they are set, `sid`, `sts`.
 *
 * A signature costs 200 µs, and a wrong one more. Tokens with a right one are remembered by their
 * SHA-256, also those that are refused for their claims: presented again they cost a hash. `attempts`
 * counts every token that the issuer did not sign. A signed one that has expired, or is refused for
 * another claim, does not count: a page that was left open must not lock its office's address out.
 *
 * @returns the verifier.
 * @throws {TypeError} when the key is not an RSA public key.
 * @example
 * ```ts
 * const sessions = createClerkSessions({ jwtKey, issuer, now: Date.now });
 * const session = await sessions.verify(token); // null when it is not valid
 * ```
 */
export function createClerkSessions(options: ClerkSessionOptions): SessionVerifier {
  const { now, cacheSize = 10_000 } = options;
  const key = publicKey(options.jwtKey);
  /** Sessions by the digest of a signed token; null where it is refused for its claims. */
  const verified = new Map<string, Session | null>();

  return {
    async verify(token, attempts) {
      if (token.length > longestToken || !isSessionJwt(token)) {
        await attempts?.count();
        return null;
      }
      const digest = hash('sha256', token);
      const known = verified.get(digest);
      if (known !== undefined) {
        if (known === null || known.expiresAt.getTime() > now()) return known;
        verified.set(digest, null);
        return null;
      }
      attempts?.check();
      const claims = await verifySignature(token, key);
      if (claims === null) {
        await attempts?.count();
        return null;
      }
      const session = readClaims(claims, options, now());
      if (session !== null || !beginsLater(claims, now())) {
        verified.set(digest, session);
        // The oldest entry is evicted first; its next use costs one signature check.
        if (verified.size > cacheSize) verified.delete(verified.keys().next().value ?? digest);
      }
      return session;
    },
  };
}

function publicKey(pem: string): JsonWebKey {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw new TypeError('the JWT key is not an RSA public key');
  return key.export({ format: 'jwk' });
}

/**
 * Checks the header first, because Clerk's verification lets the token choose among several
 * algorithms, and ignores `crit`, which must be understood (RFC 7515, section 4.1.11).
 */
function isSessionJwt(token: string): boolean {
  const [header = '', ...rest] = token.split('.');
  if (rest.length !== 2) return false;
  try {
    const { alg, crit } = JSON.parse(Buffer.from(header, 'base64url').toString()) ?? {};
    return alg === 'RS256' && crit === undefined;
  } catch {
    return false;
  }
}

async function verifySignature(
  token: string,
  key: JsonWebKey,
): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    // Only `readClaims` checks the times, by the injected clock. Clerk's check, which uses the
    // system's clock, gets a skew that accepts any time.
    const claims = await verifyJwt(token, { key, clockSkewInMs: Number.MAX_SAFE_INTEGER });
    return { ...claims };
  } catch {
    return null;
  }
}
