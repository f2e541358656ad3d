import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { refusals } from '../../core/mod.ts';
import { refused } from '../wire/problem.ts';

/** Where GitHub publishes the keys that it signs its findings with. */
const githubKeysUrl = 'https://api.github.com/meta/public_keys/secret_scanning';

const published = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })),
});

/** What the keys are fetched with. */
export interface GithubKeysOptions {
  readonly fetch: typeof fetch;
  /** GitHub's own when absent. */
  readonly url?: string;
  /** Milliseconds of a monotonic clock: a wall clock set back would prolong a withdrawn key. */
  readonly now: () => number;
}

/** Tells GitHub's key with an id; null when GitHub has none. */
export type GithubKeys = (id: string) => Promise<KeyObject | null>;

/** A key that GitHub withdraws is trusted no longer than this. */
const longestTrust = 3_600_000;

/** So that made-up ids do not make this server call GitHub each time. */
const shortestPause = 60_000;

/** While GitHub is away, it is asked once in so long. */
const pauseAfterFailure = 1_000;

const timeoutMs = 5_000;

/**
 * GitHub's public keys, fetched when first needed, kept for an hour, and fetched again for an id that
 * is not among them.
 */
export function createGithubKeys({
  fetch,
  url = githubKeysUrl,
  now,
}: GithubKeysOptions): GithubKeys {
  let keys = new Map<string, KeyObject>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let askAgainAt = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const headers = { accept: 'application/json' };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`GitHub answered ${response.status}`);
    const { public_keys } = published.parse(await response.json());
    keys = new Map(public_keys.map(({ key_identifier, key }) => [key_identifier, p256(key)]));
    fetchedAt = now();
  }

  return async (id) => {
    const age = now() - fetchedAt;
    if (age > longestTrust || (!keys.has(id) && age > shortestPause)) {
      if (now() < askAgainAt) throw refused(refusals.unavailable);
      inFlight ??= refresh().finally(() => {
        inFlight = undefined;
      });
      // GitHub tries again later: better than to accept no report, or any report.
      await inFlight.catch(() => {
        askAgainAt = now() + pauseAfterFailure;
        throw refused(refusals.unavailable);
      });
    }
    return keys.get(id) ?? null;
  };
}

/** @throws when a key is not of the one kind that GitHub's documentation names. */
function p256(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not a P-256 key');
  return key;
}

/**
 * Whether GitHub signed a body: ECDSA on P-256 over its SHA-256, in DER, base64, made with the key
 * that the other header names.
 *
 * @param body - as received, to the byte.
 * @param headers - under lower-case names.
 * @throws {Problem} 503 when GitHub's keys are needed and cannot be had.
 */
export async function isSignedByGithub(
  body: string,
  headers: Readonly<Record<string, string>>,
  keys: GithubKeys,
): Promise<boolean> {
  const signed = await signatureIn(headers, keys);
  if (signed === null) return false;
  // In a thread: a stranger's body may be 8 MiB long.
  return new Promise((resolve, reject) => {
    verify('sha256', Buffer.from(body), signed.key, signed.signature, (error, isSigned) => {
      if (error === null) resolve(isSigned);
      else reject(error);
    });
  });
}

/** Whether the headers name a key of GitHub's, and hold what may be a signature. */
export async function namesGithubKey(
  headers: Readonly<Record<string, string>>,
  keys: GithubKeys,
): Promise<boolean> {
  return (await signatureIn(headers, keys)) !== null;
}

/** Bytes of the longest signature on P-256, in DER. */
const maxSignature = 72;

async function signatureIn(headers: Readonly<Record<string, string>>, keys: GithubKeys) {
  const id = headers['github-public-key-identifier'];
  const encoded = headers['github-public-key-signature'];
  if (id === undefined || encoded === undefined) return null;
  const signature = Buffer.from(encoded, 'base64');
  if (signature.length === 0 || signature.length > maxSignature) return null;
  const key = await keys(id);
  return key === null ? null : { key, signature };
}
