import type { CallOutcome } from '../database/entities/key-hour.ts';
import { withoutKeys } from '../wire/keys-in-text.ts';
import type { RefusedSecret } from './refused-secret.ts';

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
  /** Why the key was refused, and which of its secrets was presented; null when it was accepted. */
  readonly refused: RefusedSecret | null;
}

/** The outcome that a status stands for. */
export function outcomeOf(statusCode: number): CallOutcome {
  if (statusCode < 400) return 'success';
  if (statusCode === 403) return 'forbidden';
  if (statusCode === 429) return 'rate_limited';
  return statusCode < 500 ? 'client_error' : 'server_error';
}

/** The most characters of each part of a call that are kept. */
const longest = { endpoint: 200, method: 20, userAgent: 200, address: 45 } as const;

/**
 * The part of a caller's text that is kept, without control characters, of which PostgreSQL stores no
 * NUL, and without a key that a client put there. A copy, because a slice would keep the
 * whole text in memory for as long as the call waits to be stored.
 *
 * @param text - anything: programs in JavaScript give other values than texts as well.
 * @returns null where nothing is left.
 */
export function keptText(text: unknown, part: keyof typeof longest): string | null {
  if (typeof text !== 'string') return null;
  const most = longest[part];
  const clean = withoutKeys(/\p{Cc}/u.test(text) ? text.replace(/\p{Cc}+/gu, '') : text);
  const kept = clean.length <= most ? clean : Buffer.from(clean.slice(0, most)).toString();
  return kept === '' ? null : kept;
}

/** The part of a `User-Agent` that is kept. */
export function keptUserAgent(header: string | null | undefined): string | null {
  return keptText(header, 'userAgent');
}
