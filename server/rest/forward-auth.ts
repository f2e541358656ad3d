import { Hono, type MiddlewareHandler } from 'hono';
import {
  type Dialect,
  type Environment,
  type ExtraScopes,
  type KeyRecord,
  type Outcome,
  permits,
  scopesOf,
  type Verifier,
} from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { type Demands, demandsOf, isForNginx, judgeSubOrg } from './forward-auth-demands.ts';
import type { AppEnvironment } from './request-context.ts';
import { forwardAuthPath, hasDotSegment, rawPath } from './request-target.ts';
import { respond } from './respond.ts';
import { createKeyCheck } from './with-key.ts';

/** The dependencies of `/auth/verify`. */
export interface ForwardAuthOptions {
  readonly verifier: Verifier;
  readonly rateLimits: RateLimits;
  readonly database: Database;
  /** The dialects whose keys may pass. */
  readonly dialects: readonly Dialect[];
  /** The environments whose keys may pass. */
  readonly environments: readonly Environment[];
}

/**
 * `/auth/verify`: whether a proxy may let a request through, and on whose behalf. A proxy takes any
 * 2xx as permission: a 2xx here always means that the key may pass. Every method and every path below
 * is judged alike, because Envoy sends its client's. A body is not read.
 */
export function forwardAuthRoutes(options: ForwardAuthOptions): Hono<AppEnvironment> {
  const { verifier, rateLimits, database, environments, dialects } = options;
  const { extraScopes } = verifier;
  const withKey = createKeyCheck(rateLimits);

  /** Verifies a key, then the proxy's demands beside its scope. */
  async function judge(
    token: string,
    address: string | undefined,
    demands: Demands,
  ): Promise<Outcome> {
    const { scope, projectId } = demands;
    const asked = {
      ...{ address, environments, dialects },
      ...(scope !== null && { scope }),
      ...(projectId !== null && { projectId }),
    };
    const outcome = await verifier.verify(token, asked);
    if (!outcome.ok) return outcome;
    return judgeSubOrg(outcome.key, demands, database);
  }

  return new Hono<AppEnvironment>().all(forwardAuthPath, forNginx, (c) => {
    const target = c.env.incoming.url ?? '';
    const demands = hasDotSegment(rawPath(target)) ? null : demandsOf(target, extraScopes);
    if (demands === null) return c.json({ detail: 'Bad Request' }, 400);
    return withKey(c.env.exchange, {
      endpoint: forwardAuthPath,
      scope: demands.scope,
      verify: (token) => judge(token, c.env.exchange.address, demands),
      respond: (key, _, fields) =>
        respond(null, 200, { ...fields, ...identityHeaders(key, extraScopes), ...noBody }),
    });
  });
}

/** Without it, Node announces a body in chunks, which a proxy would have to read to its end. */
const noBody = { 'Content-Length': '0' };

/**
 * nginx's `auth_request` turns every status but 2xx, 401 and 403 into a 500. With `?proxy=nginx` any
 * other status becomes 403, and `X-RepoRisk-Status` holds the real one.
 */
const forNginx: MiddlewareHandler<AppEnvironment> = async (c, next) => {
  await next();
  const { status } = c.res;
  if (status < 300 || status === 401 || status === 403) return;
  if (!isForNginx(c.env.incoming.url ?? '')) return;
  c.res = new Response(c.res.body, { status: 403, headers: c.res.headers });
  c.res.headers.set('X-RepoRisk-Status', String(status));
};

/** All six are always set: a missing one would let the client's own header of that name pass. */
function identityHeaders(key: KeyRecord, extraScopes: ExtraScopes): Record<string, string> {
  return {
    'X-RepoRisk-Org': key.organization.id,
    'X-RepoRisk-Sub-Org': key.subOrg === null ? '-' : String(key.subOrg.id),
    'X-RepoRisk-Key-Id': key.id,
    'X-RepoRisk-Scopes': effectiveScopes(key, extraScopes),
    'X-RepoRisk-Environment': key.environment,
    'X-RepoRisk-Project': key.projectId ?? '-',
  };
}

/**
 * The scopes that the key can really use now: a demoted member's key with every scope still only
 * reads. The star means every built-in scope, and no other.
 */
function effectiveScopes(key: KeyRecord, extraScopes: ExtraScopes): string {
  const all = scopesOf(key.dialect).join(' ');
  const effective = scopesOf(key.dialect, extraScopes)
    .filter((scope) => permits(key, scope, extraScopes))
    .join(' ');
  return effective === all ? '*' : effective || '-';
}
