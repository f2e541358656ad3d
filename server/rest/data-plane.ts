import { type Context, Hono } from 'hono';
import {
  credentialFrom,
  type KeyRecord,
  type Outcome,
  permits,
  type Refusal,
  refusals,
  scopesOf,
  type Verifier,
} from '../../core/mod.ts';
import { Problem, refused } from '../operations/problem.ts';
import type { RateLimitFields, RateLimits } from '../rate-limits/rate-limits.ts';
import { allowOnly } from './allow-only.ts';
import { answerTo, problemResponse } from './problem-response.ts';
import { noteKey } from './record-usage.ts';
import type { AppEnvironment } from './request-context.ts';

/**
 * The two calls that only a verification stands behind: what a key is, and whether a proxy may let
 * it through. Plain handlers, because nothing may cost more than the verification itself; and they
 * answer at once where verification and limits do.
 */
export function dataPlaneRoutes(
  verifier: Verifier,
  { admit, failures }: RateLimits,
): Hono<AppEnvironment> {
  type Call = Context<AppEnvironment>;
  type Answer = Response | Promise<Response>;

  /** What `respond` makes of the verified key, or the response that says why there is none. */
  function withKey(c: Call, endpoint: string, respond: (key: KeyRecord) => Response): Answer {
    const credential = credentialFrom(c.req.raw.headers);
    if (credential.kind === 'missing') return problem(c, refused(refusals.missing_key));
    if (credential.kind === 'invalid') return refuse(c, refusals.invalid_key);
    const judge = (outcome: Outcome): Answer => {
      noteKey(c, outcome, endpoint, null);
      return outcome.ok ? admitted(c, outcome.key, respond) : refuse(c, outcome.refusal);
    };
    const address = c.get('address');
    const outcome = verifier.verify(credential.token, { dialect: 'reporisk', address });
    return outcome instanceof Promise ? outcome.then(judge) : judge(outcome);
  }

  function admitted(c: Call, key: KeyRecord, respond: (key: KeyRecord) => Response): Answer {
    const answer = (fields: RateLimitFields) => {
      for (const name in fields) c.header(name, fields[name]);
      return respond(key);
    };
    try {
      const fields = admit(key);
      if (!(fields instanceof Promise)) return answer(fields);
      return fields.then(answer, (error) => problem(c, error));
    } catch (error) {
      return problem(c, error);
    }
  }

  async function refuse(c: Call, refusal: Refusal): Promise<Response> {
    try {
      if (refusal.status === 401) await failures.count(c.get('address'));
      return problem(c, refused(refusal));
    } catch (error) {
      return problem(c, error);
    }
  }

  function problem(c: Call, error: unknown): Response {
    if (!(error instanceof Problem)) throw error;
    return problemResponse(answerTo(error, c.get('requestId'), () => []));
  }

  async function verifyForProxy(c: Call): Promise<Response> {
    const answer = await withKey(c, '/auth/verify', (key) =>
      c.body(null, 200, identityHeaders(key)),
    );
    const isUnknownToNginx = answer.status === 429 || answer.status === 503;
    if (c.req.query('proxy') !== 'nginx' || !isUnknownToNginx) return answer;
    const headers = new Headers(answer.headers);
    headers.set('X-RepoRisk-Status', String(answer.status));
    return new Response(answer.body, { status: 403, headers });
  }

  const app = new Hono<AppEnvironment>()
    .get('/api/v1/key', (c) => withKey(c, '/api/v1/key', (key) => c.json(describe(key))))
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
