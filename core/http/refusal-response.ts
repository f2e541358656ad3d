import type { Refusal } from '../errors.ts';

/** Additions to a refusal's response. */
export interface RefusalResponseOptions {
  /** Sent as `X-Request-Id`. */
  readonly requestId?: string;
  /** Whole seconds, sent as `Retry-After`; 1 on 503 when absent. */
  readonly retryAfterSeconds?: number;
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A refusal as an HTTP response: its status, `{"detail": …}`, and the headers that belong to it,
 * `WWW-Authenticate: Bearer` on 401 and `Retry-After` on 503. Never cached.
 *
 * @param refusal - one of the documented refusals.
 * @param options - request id and seconds to wait.
 * @returns a new response.
 * @example
 * ```ts
 * import { refusalResponse, refusals } from '@reporisk/api-access/core';
 * const response = refusalResponse(refusals.invalid_key);
 * response.status; // 401
 * await response.json(); // { detail: 'Invalid API key' }
 * ```
 */
export function refusalResponse(refusal: Refusal, options: RefusalResponseOptions = {}): Response {
  return new Response(JSON.stringify({ detail: refusal.detail }), {
    status: refusal.status,
    headers: refusalHeaders(refusal, options),
  });
}

/** The header fields of a refusal's response. */
export function refusalHeaders(
  refusal: Refusal,
  options: RefusalResponseOptions = {},
): Record<string, string> {
  const { requestId, retryAfterSeconds = refusal.status === 503 ? 1 : undefined } = options;
  return {
    ...options.headers,
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...(refusal.status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...(requestId !== undefined && { 'X-Request-Id': requestId }),
  };
}
