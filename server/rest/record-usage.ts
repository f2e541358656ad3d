import type { Context, MiddlewareHandler } from 'hono';
import type { KeyRecord, Outcome } from '../../core/mod.ts';
import { keptUserAgent } from '../usage/key-call.ts';
import type { UsageSink } from '../usage/usage-recorder.ts';
import type { AppEnvironment } from './request-context.ts';

/** The key that a request presented, as noted where it was verified. */
export interface UsedKey {
  readonly key: KeyRecord;
  /** The route's pattern, for example `/api/v1/repos/{repo_id}`. */
  readonly endpoint: string;
  /** The scope that was needed and given. */
  readonly scope: string | null;
}

/** A path in Hono's notation as the API's description writes it. */
export function endpointOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/**
 * Notes which key a request presented. A key that is answered 401 is no key any more, so that call is
 * no use of it.
 *
 * @param scope - the scope that was asked of it.
 */
export function noteKey(
  c: Context<AppEnvironment>,
  outcome: Outcome,
  endpoint: string,
  scope: string | null,
): void {
  if (outcome.ok) c.set('usedKey', { key: outcome.key, endpoint, scope });
  else if (outcome.key !== null && outcome.refusal.status !== 401) {
    c.set('usedKey', { key: outcome.key, endpoint, scope: null });
  }
}

/** Hands each call of a key over, once it is answered and its status is known. */
export function recordUsage(
  usage: UsageSink,
  now: () => number,
): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    // `c.var` would copy every variable.
    const used = c.get('usedKey');
    if (used === undefined) return;
    const { key, endpoint, scope } = used;
    const statusCode = statusOf(c.res);
    usage.record({
      at: now(),
      keyId: key.id,
      orgId: key.organization.id,
      endpoint,
      method: c.req.method,
      statusCode,
      durationMs: performance.now() - started,
      requestId: c.get('requestId'),
      ipAddress: c.get('address') ?? null,
      userAgent: keptUserAgent(c.req.header('user-agent')),
      scope: statusCode === 429 ? null : scope,
      // Time zero stands for a secret that was ended.
      retiresAt: key.secretExpiresAt === 0 ? null : key.secretExpiresAt,
    });
  };
}

/** The status that was meant: nginx is told 403 in place of some. */
function statusOf({ status, headers }: Response): number {
  if (status !== 403) return status;
  return Number(headers.get('X-RepoRisk-Status') ?? status);
}
