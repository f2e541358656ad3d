import { type Context, Hono } from 'hono';
import {
  credentialFrom,
  type KeyRecord,
  type Outcome,
  permits,
  refusals,
  scopesOf,
  type Verifier,
} from '../../core/mod.ts';
import { Problem, refused } from '../operations/problem.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { allowOnly } from './allow-only.ts';
import { answerTo, problemResponse } from './problem-response.ts';
import { noteKey } from './record-usage.ts';
import type { AppEnvironment } from './request-context.ts';

/**
 * The two calls that only a verification stands behind: what a key is, and whether a proxy may let
 * it through. Plain handlers, because nothing may cost more than the verification itself.
 */
export function dataPlaneRoutes(
  verifier: Verifier,
  { admit, failures }: RateLimits,
): Hono<AppEnvironment> {
  async function verifiedKey(c: Context<AppEnvironment>, endpoint: string): Promise<KeyRecord> {
    const address = c.get('address');
    const credential = credentialFrom(c.req.raw.headers);
    if (credential.kind === 'missing') throw refused(refusals.missing_key);
    if (credential.kind === 'invalid') {
      await failures.count(address);
      throw refused(refusals.invalid_key);
    }
    const outcome: Outcome = await verifier.verify(credential.token, {
      dialect: 'reporisk',
      address,
    });
    noteKey(c, outcome, endpoint, null);
    if (!outcome.ok) {
      if (outcome.refusal.status === 401) await failures.count(address);
      throw refused(outcome.refusal);
    }
    const fields = await admit(outcome.key);
    for (const [name, value] of Object.entries(fields)) c.header(name, value);
    return outcome.key;
  }

  /** The key, or the response that says why not. */
  async function verify(
    c: Context<AppEnvironment>,
    endpoint: string,
  ): Promise<KeyRecord | Response> {
    try {
      return await verifiedKey(c, endpoint);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return problemResponse(answerTo(error, c.get('requestId'), () => []));
    }
  }

  async function verifyForProxy(c: Context<AppEnvironment>): Promise<Response> {
    const key = await verify(c, '/auth/verify');
    if (!(key instanceof Response)) return c.body(null, 200, identityHeaders(key));
    const isUnknownToNginx = key.status === 429 || key.status === 503;
    if (c.req.query('proxy') !== 'nginx' || !isUnknownToNginx) return key;
    const headers = new Headers(key.headers);
    headers.set('X-RepoRisk-Status', String(key.status));
    return new Response(key.body, { status: 403, headers });
  }

  const app = new Hono<AppEnvironment>()
    .get('/api/v1/key', async (c) => {
      const key = await verify(c, '/api/v1/key');
      return key instanceof Response ? key : c.json(describe(key));
    })
    .get('/auth/verify', verifyForProxy)
    // Envoy appends the path that it asks about, and keeps the request's own method.
    .all('/auth/verify/:path{.+}', verifyForProxy);
  allowOnly(app, '/api/v1/key', ['GET']);
  allowOnly(app, '/auth/verify', ['GET']);
  return app;
}

function describe(key: KeyRecord) {
  return {
    id: key.id,
    label: key.label,
    preview: key.preview,
    organization: { id: key.organization.id, name: key.organization.name },
    sub_org_id: key.subOrg?.id ?? null,
    scopes: key.scopes,
    environment: key.environment,
    expires_at: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
  };
}

/** All four are always set, so that a proxy overwrites whatever a client sent under these names. */
function identityHeaders(key: KeyRecord): Record<string, string> {
  return {
    'X-RepoRisk-Org': key.organization.id,
    'X-RepoRisk-Sub-Org': key.subOrg === null ? '-' : String(key.subOrg.id),
    'X-RepoRisk-Key-Id': key.id,
    'X-RepoRisk-Scopes': effectiveScopes(key),
  };
}

/** What the key may really do now: a demoted member's key with every scope still only reads. */
function effectiveScopes(key: KeyRecord): string {
  const all = scopesOf(key.dialect);
  const effective = all.filter((scope) => permits(key, scope));
  return effective.length === all.length ? '*' : effective.join(' ') || '-';
}
