import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { refusals } from '../../core/mod.ts';
import { hour, minute } from '../clock/durations.ts';
import { refused } from '../wire/problem.ts';

/** GitHub's endpoint for the public keys that verify its findings. */
const githubKeysUrl = 'https://api.github.com/meta/public_keys/secret_scanning';

const published = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })),
});

/** Options for fetching GitHub's keys. */
export interface GithubKeysOptions {
  readonly fetch: typeof fetch;
  /** GitHub's endpoint when absent. */
  readonly url?: string;
  /** Milliseconds of a monotonic clock: a wall clock set back would prolong a withdrawn key. */
  readonly now: () => number;
}

/** GitHub's key by id; null when GitHub has none. */
export type GithubKeys = (id: string) => Promise<KeyObject | null>;

/** Maximum time that a key withdrawn by GitHub stays trusted. */
const longestTrust = hour;

/**
 * Minimum pause between fetches for an unknown id: made-up ids must not cause a request to GitHub
 * each.
 */
const shortestPause = minute;

/** Pause between requests while GitHub is unreachable. */
const pauseAfterFailure = 1_000;

const timeoutMs = 5_000;

/**
 * GitHub's public keys: fetched on first use, kept for an hour, fetched again for an unknown id.
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
      // GitHub retries later: a failure is better than refusing every report, or accepting any.
      await inFlight.catch(() => {
        askAgainAt = now() + pauseAfterFailure;
        throw refused(refusals.unavailable);
      });
    }
    return keys.get(id) ?? null;
  };
}

/** @throws when a key is not of the one type in GitHub's documentation. */
function p256(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not a P-256 key');
  return key;
}

/**
 * Whether GitHub signed a body: ECDSA on P-256 over its SHA-256, in DER, base64, with the key that
 * the other header names.
 *
 * @param body - as received, to the byte.
 * @param headers - under lower-case names.
 * @throws {Problem} 503 when GitHub's keys are needed and unavailable.
 */
export async function isSignedByGithub(
  body: string,
  headers: Readonly<Record<string, string>>,
  keys: GithubKeys,
): Promise<boolean> {
  const signed = await signatureIn(headers, keys);
  if (signed === null) return false;
  // On the thread pool: an unauthenticated body may be 8 MiB long.
  return new Promise((resolve, reject) => {
    verify('sha256', Buffer.from(body), signed.key, signed.signature, (error, isSigned) => {
      if (error === null) resolve(isSigned);
      else reject(error);
    });
  });
}

/** Whether the headers name a known GitHub key, and hold a possible signature. */
export async function namesGithubKey(
  headers: Readonly<Record<string, string>>,
  keys: GithubKeys,
): Promise<boolean> {
  return (await signatureIn(headers, keys)) !== null;
}

/** Maximum length of a P-256 signature in DER, in bytes. */
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
