import { type Refusal, refusals } from '../errors.ts';
import type { Dialect, Environment } from '../format/key-shape.ts';
import { assertScope, type ExtraScopes, type Scope } from '../policy/scopes.ts';
import type { KeyRecord } from '../store/key-store.ts';
import type { VerifyRequest } from '../verify/decide.ts';
import type { Outcome, Reason } from '../verify/outcome.ts';
import { credentialFrom, type HeaderSource, headerOf } from './credential.ts';
import { refusalHeaders } from './refusal-response.ts';

/** A verifier of any kind; `Key` is what it knows of a key, `Own` names its own scopes. */
export interface Verifies<Key, Own extends string = never> {
  /** The scopes of its service; none when absent. */
  readonly extraScopes?: ExtraScopes<Own>;
  /** Decides whether a key may do what a request asks; never throws. */
  verify(key: string, request?: VerifyRequest): Outcome<Key> | Promise<Outcome<Key>>;
}

/** Options of `admit`; `Own` names the scopes of the verifier's service. */
export interface AdmitOptions<Own extends string = never> {
  /** The scope that the call needs; any valid key will do when absent. */
  readonly scope?: Scope | Own;
  /** The dialects whose keys are accepted; `reporisk` only when absent. */
  readonly dialects?: readonly Dialect[];
  /** The project that the call is about; a `platform` key that is held to a project needs it named. */
  readonly projectId?: string | undefined;
  /** The environments whose keys are accepted; `live` only when absent, so no sandbox keys. */
  readonly environments?: readonly Environment[];
  /**
   * The client's IP address. Keys with an allow list are refused when it is absent. Never take it
   * from a header that the client can set.
   */
  readonly address?: string | undefined;
  /** The endpoint in usage records, for example `/v1/reports/{id}`; `-` when absent. */
  readonly endpoint?: string;
  /** The HTTP method in usage records; the request's own when absent. */
  readonly method?: string;
}

/** The answer to a request that is not admitted, in plain values that every framework can send. */
export interface NotAdmitted {
  /** Tells it from an admission. */
  readonly ok: false;
  /** HTTP status code. */
  readonly status: Refusal['status'];
  /** Header fields, `Content-Type` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, `{"detail": "…"}`. */
  readonly body: string;
  /** The cause, for the operator's log only. */
  readonly reason: Reason;
}

/** An admitted request, with its key, or the answer to one that is not. */
export type Admission<Key = KeyRecord> = { readonly ok: true; readonly key: Key } | NotAdmitted;

const reporiskOnly: readonly Dialect[] = Object.freeze(['reporisk']);

/**
 * Verifies the key of a request. An adapter for any framework is this call and the sending of its
 * answer.
 *
 * @param verifier - verifies the keys.
 * @param request - the request, or its headers.
 * @param options - the requirements of the call.
 * @returns the key, or the answer to send.
 * @throws {TypeError} for a scope that is none, with or without a key: no key could ever have it. Nothing
 * else rejects.
 * @example
 * ```ts
 * import { admit, createMemoryKeyStore, createVerifier } from '@reporisk/api-access/core';
 * const verifier = createVerifier({ store: createMemoryKeyStore() });
 * const request = new Request('https://example.com/');
 * const admission = await admit(verifier, request, { scope: 'repos:read' });
 * admission.ok ? admission.key.label : admission.status; // 401
 * ```
 */
export async function admit<Key, Own extends string = never>(
  verifier: Verifies<Key, Own>,
  request: HeaderSource,
  options: AdmitOptions<NoInfer<Own>> = {},
): Promise<Admission<Key>> {
  const { scope, environments, projectId, address, endpoint = '-' } = options;
  const dialects = options.dialects ?? reporiskOnly;
  if (scope !== undefined) assertScope(scope, dialects, verifier.extraScopes);
  const credential = credentialFrom(request);
  if (credential.kind === 'missing') return refused(refusals.missing_key, 'missing');
  if (credential.kind === 'invalid') return refused(refusals.invalid_key, 'malformed');
  const method = options.method ?? ('method' in request ? request.method : undefined) ?? '-';
  const outcome = await verifier.verify(credential.token, {
    dialects,
    address,
    call: { endpoint, method, userAgent: headerOf(request, 'user-agent') },
    ...(scope !== undefined && { scope }),
    ...(environments !== undefined && { environments }),
    ...(projectId !== undefined && { projectId }),
  });
  return outcome.ok
    ? { ok: true, key: outcome.key }
    : refused(outcome.refusal, outcome.reason, outcome.headers);
}

function refused(
  refusal: Refusal,
  reason: Reason,
  headers?: Readonly<Record<string, string>>,
): NotAdmitted {
  return {
    ok: false,
    status: refusal.status,
    headers: refusalHeaders(refusal, headers === undefined ? {} : { headers }),
    body: JSON.stringify({ detail: refusal.detail }),
    reason,
  };
}
