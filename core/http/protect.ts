import { refusals } from '../errors.ts';
import type { Environment } from '../format/key-shape.ts';
import type { KeyRecord } from '../store/key-store.ts';
import type { VerifyRequest } from '../verify/decide.ts';
import type { Verifier } from '../verify/verifier.ts';
import { credentialFrom } from './credential.ts';
import { refusalResponse } from './refusal-response.ts';

/** A handler that is called only with a verified key; `Rest` are the runtime's other arguments. */
export type ProtectedHandler<Rest extends readonly unknown[]> = (
  request: Request,
  key: KeyRecord,
  ...rest: Rest
) => Response | Promise<Response>;

/** Options of `protect`. */
export interface ProtectOptions<Rest extends readonly unknown[]> {
  /** The scope that every call through this handler needs; any valid key will do when absent. */
  readonly scope?: string;
  /** The environments whose keys are accepted; `live` only when absent, so no sandbox keys. */
  readonly environments?: readonly Environment[];
  /**
   * Returns the client's IP address, which only the runtime knows. When absent, or when it returns
   * undefined, keys with an allow list are refused. Never take it from a header that the client
   * can set.
   */
  readonly address?: (request: Request, ...rest: Rest) => string | undefined;
  /** The endpoint in usage records, for example `/v1/reports/{id}`; `-` when absent. */
  readonly endpoint?: string;
}

/**
 * Puts verification before a fetch-style handler, as Deno, Bun, Workers, Hono and others call them.
 *
 * @param verifier - verifies the keys.
 * @param handler - called with the request, the verified key, and the runtime's other arguments.
 * @param options - the scope needed, and how to learn the client's address.
 * @returns a fetch-style handler that answers refusals itself. Exceptions of the handler pass on.
 * @example Any valid key with `repos:read`
 * ```ts
 * import { createMemoryKeyStore, createVerifier, protect } from './mod.ts';
 * const verifier = createVerifier({ store: createMemoryKeyStore() });
 * const fetch = protect(verifier, (_request, key) => Response.json({ hello: key.label }), {
 *   scope: 'repos:read',
 * });
 * const response = await fetch(new Request('https://example.com/'));
 * response.status; // 401
 * ```
 */
export function protect<Rest extends readonly unknown[] = []>(
  verifier: Verifier,
  handler: ProtectedHandler<Rest>,
  options: ProtectOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const { scope, environments, address, endpoint = '-' } = options;
  const asked: VerifyRequest = {
    dialect: 'reporisk',
    ...(scope !== undefined && { scope }),
    ...(environments !== undefined && { environments }),
  };

  return async (request, ...rest) => {
    const credential = credentialFrom(request);
    if (credential.kind === 'missing') return refusalResponse(refusals.missing_key);
    if (credential.kind === 'invalid') return refusalResponse(refusals.invalid_key);
    const outcome = await verifier.verify(credential.token, {
      ...asked,
      address: address?.(request, ...rest),
      call: { endpoint, method: request.method, userAgent: request.headers.get('user-agent') },
    });
    if (outcome.ok) return handler(request, outcome.key, ...rest);
    const { refusal, headers } = outcome;
    return refusalResponse(refusal, headers === undefined ? {} : { headers });
  };
}
