import { withoutKeys } from '../operations/keys-in-text.ts';

/** One call that presented a key which was found, as it is handed over beside the response. */
export interface KeyCall {
  /** When it was answered, Unix milliseconds. */
  readonly at: number;
  readonly keyId: string;
  readonly orgId: string;
  /** The route's pattern, for example `/api/v1/repos/{repo_id}`: never what a client wrote there. */
  readonly endpoint: string;
  readonly method: string;
  readonly statusCode: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** The scope that the call needed and the key gave; null when it needed none or was refused. */
  readonly scope: string | null;
  /** The end of the grace when the secret presented is a retiring one; null for the current one. */
  readonly retiresAt: number | null;
}

/** What calls come to, as they are counted by the hour. */
export const outcomes = [
  'success',
  'forbidden',
  'rate_limited',
  'client_error',
  'server_error',
] as const;

export type CallOutcome = (typeof outcomes)[number];

/** The outcome that a status stands for. */
export function outcomeOf(statusCode: number): CallOutcome {
  if (statusCode < 400) return 'success';
  if (statusCode === 403) return 'forbidden';
  if (statusCode === 429) return 'rate_limited';
  return statusCode < 500 ? 'client_error' : 'server_error';
}

const longestUserAgent = 200;

/**
 * The part of a `User-Agent` that is kept, without the key that someone may have put there. A copy, because a slice would keep the whole header in
 * memory for as long as the call waits to be stored.
 */
export function keptUserAgent(header: string | null | undefined): string | null {
  if (header === undefined || header === null || header === '') return null;
  const kept = withoutKeys(header);
  if (kept.length <= longestUserAgent) return kept;
  return Buffer.from(kept.slice(0, longestUserAgent)).toString();
}
