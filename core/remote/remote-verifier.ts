import { type ErrorCode, type Refusal, refusals } from '../errors.ts';
import type { Dialect, Environment } from '../format/key-shape.ts';
import { recognizeKey } from '../format/recognize-key.ts';
import { readExtraScopes, type ScopeNameOf } from '../policy/extra-scopes.ts';
import { type ExtraScopes, grants } from '../policy/scopes.ts';
import { refuse, type VerifyRequest } from '../verify/decide.ts';
import type { Outcome, Reason } from '../verify/outcome.ts';
import { unfailing } from '../verify/unfailing.ts';
import { readIdentity, type VerifiedKey } from './identity.ts';

/** Options of `openRemoteVerifier`. */
export interface RemoteVerifierOptions<Written extends string = never> {
  /** The address of the RepoRisk server: https, or http to this machine. */
  readonly url: string;
  /** The scopes of this service, which the server's `EXTRA_SCOPES` has too; none when absent. */
  readonly extraScopes?: readonly Written[];
  /** Called with the cause of each outcome `unavailable`. `console.error` when absent. */
  readonly onError?: (error: unknown) => void;
}

/** Verifies keys by asking the server; `Own` names the scopes of its service. */
export interface RemoteVerifier<Own extends string = never> {
  /** The scopes of its service, which a call may need as well. */
  readonly extraScopes: ExtraScopes<Own>;

  /**
   * Asks the server whether a key may do what a request asks. Never rejects: a server that cannot be
   * asked, or answers something else, is the outcome 503, and `onError` gets the cause.
   *
   * @param key - the raw key as presented; sent to the server, and not kept.
   * @param request - the requirements of the call.
   * @returns the outcome.
   */
  verify(key: string, request?: VerifyRequest): Promise<Outcome<VerifiedKey>>;
}

/** Milliseconds for the whole answer. */
const timeoutMs = 2_000;

/** Bytes of a refusal that are read. */
const maxBody = 4_096;

/** An answer that decides nothing. */
class Unanswered extends Error {}

/** What a bearer token may consist of: nothing that could end the header field. */
const token = /^[\w\-.~+/]{1,512}=*$/;

const kept = ['Retry-After', 'RateLimit', 'RateLimit-Policy'];

/**
 * Makes a verifier for a service without the deployment's database: it asks `/auth/verify` of the
 * server for each verification and caches nothing, so a revoked key is refused at once. Only a 200
 * with every identity header well formed counts as an acceptance. 401, 403 and 429 are passed on;
 * anything else, a redirect too, and no answer within two seconds are 503.
 *
 * The server judges allow lists by the request's `address`, which goes into `X-Forwarded-For`, where
 * its `TRUSTED_PROXIES` hold this service's own; else it judges this service's own address. In demo
 * mode it answers no request with an `address`.
 *
 * @param options - the server's address.
 * @returns the verifier.
 * @throws {TypeError} when the address is neither https nor this machine's, or has a query or a
 * user name, and for a malformed extra scope.
 * @example
 * ```ts
 * import { admit, openRemoteVerifier } from '@reporisk/api-access/core';
 * const verifier = openRemoteVerifier({ url: 'https://api.example.com' });
 * const admission = await admit(verifier, new Headers(), { scope: 'repos:read' });
 * admission.ok; // false
 * ```
 */
export function openRemoteVerifier<const Written extends string = never>(
  options: RemoteVerifierOptions<Written>,
): RemoteVerifier<ScopeNameOf<Written>> {
  // biome-ignore lint/suspicious/noConsole: the one place that every runtime shows to its operator.
  const report = unfailing(options.onError ?? console.error);
  const address = verifyAddress(options.url);
  const extraScopes = readExtraScopes(options.extraScopes ?? []);

  async function ask(key: string, request: VerifyRequest): Promise<Outcome<VerifiedKey>> {
    const target = new URL(address);
    if (request.scope !== undefined) target.searchParams.set('scope', request.scope);
    if (request.projectId !== undefined) target.searchParams.set('project_id', request.projectId);
    const response = await fetch(target, {
      headers: {
        Authorization: `Bearer ${key}`,
        ...(request.address !== undefined && { 'X-Forwarded-For': request.address }),
        ...(request.call?.userAgent != null && { 'User-Agent': request.call.userAgent }),
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, headers } = response;
    if (status === 200) {
      await response.body?.cancel();
      const identity = readIdentity(headers);
      if (identity === null) throw new Unanswered('it answered 200 without the identity headers');
      return judge(identity, request, extraScopes);
    }
    if (status !== 401 && status !== 403 && status !== 429) {
      await response.body?.cancel();
      throw new Unanswered(`it answered ${status}`);
    }
    return refusedBy(status, await detailOf(response), headers);
  }

  return {
    extraScopes,
    async verify(key, request = {}) {
      if (!token.test(key)) return refuse('invalid_key', 'malformed');
      // The server takes keys of every dialect that it has, and does not tell which one answered.
      const dialect = recognizeKey(key)?.dialect ?? 'reporisk';
      if (!dialectsOf(request).includes(dialect)) return refuse('invalid_key', 'dialect');
      try {
        return await ask(key, request);
      } catch (error) {
        const reason = reasonOf(error);
        report(new Error(`the server at ${address.origin} cannot verify keys: ${reason}`));
        return refuse('unavailable', 'unavailable');
      }
    },
  };
}

const reporiskOnly: readonly Dialect[] = Object.freeze(['reporisk']);

function dialectsOf({ dialects = reporiskOnly }: VerifyRequest): readonly Dialect[] {
  return dialects;
}

/** The server knows which scope was asked for, unless something between has dropped it. */
function judge(
  key: VerifiedKey,
  request: VerifyRequest,
  extraScopes: ExtraScopes,
): Outcome<VerifiedKey> {
  const { environments = ['live'] satisfies Environment[], scope } = request;
  const dialects = dialectsOf(request);
  if (!environments.includes(key.environment)) return refuse('environment_denied', 'environment');
  const isGranted = (needed: string) =>
    dialects.some((dialect) => grants(dialect, key.scopes, needed, extraScopes));
  if (scope !== undefined && !isGranted(scope)) {
    return refuse('insufficient_permissions', 'scope');
  }
  if (key.projectId !== null && key.projectId !== request.projectId) {
    return refuse('insufficient_permissions', 'project');
  }
  return Object.freeze({ ok: true, key });
}

const byStatus = {
  401: ['invalid_key', 'unknown'],
  403: ['insufficient_permissions', 'scope'],
  429: ['rate_limited', 'rate_limited'],
} as const satisfies Record<number, readonly [ErrorCode, Reason]>;

const reasons: Partial<Record<ErrorCode, Reason>> = {
  missing_key: 'missing',
  tier_required: 'tier',
  address_denied: 'address',
  environment_denied: 'environment',
};

function refusedBy(
  status: keyof typeof byStatus,
  detail: string | null,
  received: Headers,
): Outcome<VerifiedKey> {
  const [code, reason] = byStatus[status];
  const known = Object.values(refusals).find(
    (each) => each.status === status && each.detail === detail,
  );
  const refusal: Refusal = known ?? { ...refusals[code], ...(detail !== null && { detail }) };
  const challenge = received.get('WWW-Authenticate');
  const names = status === 403 && challenge !== null ? [...kept, 'WWW-Authenticate'] : kept;
  const headers = names.flatMap((name) => {
    const value = received.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return Object.freeze({
    ok: false,
    refusal: Object.freeze(refusal),
    reason: reasons[refusal.code] ?? reason,
    key: null,
    ...(headers.length > 0 && { headers: Object.freeze(Object.fromEntries(headers)) }),
  });
}

/** The `detail` of a refusal's body; null where it has none, as a proxy's page. */
async function detailOf(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && size <= maxBody) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  await reader?.cancel();
  if (size > maxBody) return null;
  try {
    const text = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}

/** The address of `/auth/verify` of a server. */
function verifyAddress(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(base?.hostname ?? '');
  const isSafe = base?.protocol === 'https:' || (base?.protocol === 'http:' && isLocal);
  if (base === null || !isSafe || base.search + base.hash + base.username + base.password !== '') {
    throw new TypeError('url must be https, or http to this machine, without a query or user name');
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new URL('auth/verify', base);
}

/** Never the error itself: those of some runtimes hold the request's headers. */
function reasonOf(error: unknown): string {
  if (error instanceof Unanswered) return error.message;
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
