import type { Outcome } from '../../core/mod.ts';
import { keptUserAgent } from '../usage/key-call.ts';
import { refusedSecret } from '../usage/refused-secret.ts';
import type { UsageSink } from '../usage/usage-recorder.ts';
import type { Exchange } from './request-context.ts';

/** A path in Hono's notation, rewritten in that of the API's description. */
export function endpointOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/**
 * Records the presented key of a request, before anything else may fail.
 *
 * @param scope - the scope that the request needs.
 */
export function noteKey(
  exchange: Exchange,
  outcome: Outcome,
  endpoint: string,
  scope: string | null,
): void {
  const { key } = outcome;
  if (outcome.ok) {
    exchange.usedKey = { key: outcome.key, endpoint, scope, refused: null, isInvalid: false };
  } else if (key !== null) {
    const isInvalid = outcome.refusal.status === 401;
    const refused = refusedSecret(outcome);
    exchange.usedKey = { key, endpoint, scope: null, refused, isInvalid };
  }
}

/** Records that an operation refused the key for its scopes, which verification did not check. */
export function noteScopeRefusal(exchange: Exchange): void {
  const used = exchange.usedKey;
  if (used === undefined || used.refused !== null) return;
  const refused = { reason: 'scope', preview: used.key.preview } as const;
  exchange.usedKey = { ...used, scope: null, refused };
}

/** Passes the call of a key on, once it is answered and its status is known. */
export function recordCall(
  { request, requestId, address, usedKey: used }: Exchange,
  response: Response,
  usage: UsageSink,
  { at, durationMs }: { readonly at: number; readonly durationMs: number },
): void {
  if (used === undefined) return;
  const { key, endpoint, scope, isInvalid } = used;
  // A limit of the address may have answered in place of the refusal.
  const statusCode = isInvalid ? 401 : statusOf(response);
  const isLimited = statusCode === 429 && used.refused === null;
  usage.record({
    at,
    keyId: key.id,
    orgId: key.organization.id,
    endpoint,
    method: request.method,
    statusCode,
    durationMs,
    requestId,
    ipAddress: address ?? null,
    userAgent: keptUserAgent(request.headers.get('user-agent')),
    scope: statusCode === 429 ? null : scope,
    // Time zero marks a secret that was ended.
    retiresAt: key.secretExpiresAt === 0 ? null : key.secretExpiresAt,
    refused: isLimited ? { reason: 'rate_limited', preview: key.preview } : used.refused,
  });
}

/** The real status: nginx gets 403 in place of some. */
function statusOf(response: Response): number {
  const { status } = response;
  // Reading the headers of any other response would build them.
  return status === 403 ? Number(response.headers.get('X-RepoRisk-Status') ?? status) : status;
}
