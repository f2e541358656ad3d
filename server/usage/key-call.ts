import type { CallOutcome } from '../database/entities/key-hour.ts';
import { withoutKeys } from '../wire/keys-in-text.ts';
import type { RefusedSecret } from './refused-secret.ts';

/** One call with a known key, recorded in addition to the response. */
export interface KeyCall {
  /** Time of the response, Unix milliseconds. */
  readonly at: number;
  readonly keyId: string;
  readonly orgId: string;
  /** The route's pattern, for example `/api/v1/repos/{repo_id}`: never the client's text. */
  readonly endpoint: string;
  readonly method: string;
  readonly statusCode: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /**
   * The scope that the call needed and the key granted; null when none was needed, or the call was
   * refused.
   */
  readonly scope: string | null;
  /** The end of the grace when the presented secret is a retiring one; null for the current one. */
  readonly retiresAt: number | null;
  /** The refusal's reason and the presented secret; null when the key was accepted. */
  readonly refused: RefusedSecret | null;
}

/** The outcome category of a status. */
export function outcomeOf(statusCode: number): CallOutcome {
  if (statusCode < 400) return 'success';
  if (statusCode === 403) return 'forbidden';
  if (statusCode === 429) return 'rate_limited';
  return statusCode < 500 ? 'client_error' : 'server_error';
}

/** Maximum lengths of a call's stored texts, in characters. */
const longest = { endpoint: 200, method: 20, userAgent: 200, address: 45 } as const;

/**
 * The stored part of a caller's text, without control characters (PostgreSQL cannot store NUL) and
 * without a key that a client put there. It is a copy: a slice would keep the whole text in memory
 * until the call is stored.
 *
 * @param text - any value: JavaScript callers also pass values other than text.
 * @returns null where nothing is left.
 */
export function keptText(text: unknown, part: keyof typeof longest): string | null {
  if (typeof text !== 'string') return null;
  const most = longest[part];
  const clean = withoutKeys(/\p{Cc}/u.test(text) ? text.replace(/\p{Cc}+/gu, '') : text);
  const kept = clean.length <= most ? clean : Buffer.from(clean.slice(0, most)).toString();
  return kept === '' ? null : kept;
}

/** The stored part of a `User-Agent`. */
export function keptUserAgent(header: string | null | undefined): string | null {
  return keptText(header, 'userAgent');
}
