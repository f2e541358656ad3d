import { assertScope } from '../policy/scopes.ts';
import type { KeyRecord } from '../store/key-store.ts';
import { type AdmitOptions, admit, type Verifies } from './admit.ts';

/** A handler that is called only with a verified key; `Rest` are the runtime's other arguments. */
export type ProtectedHandler<Rest extends readonly unknown[], Key = KeyRecord> = (
  request: Request,
  key: Key,
  ...rest: Rest
) => Response | Promise<Response>;

/** Options of `protect`; `Own` names the scopes of the verifier's service. */
export interface ProtectOptions<Rest extends readonly unknown[], Own extends string = never>
  extends Pick<AdmitOptions<Own>, 'scope' | 'dialects' | 'environments' | 'endpoint'> {
  /**
   * Returns the client's IP address, which only the runtime knows. When absent, or when it returns
   * undefined, keys with an allow list are refused. Never take it from a header that the client
   * can set.
   */
  readonly address?: (request: Request, ...rest: Rest) => string | undefined;
  /** Returns the project that a request is about, for `platform` keys that are held to one. */
  readonly project?: (request: Request, ...rest: Rest) => string | undefined;
}

/**
 * Puts verification before a fetch-style handler, as Deno, Bun, Workers, Hono and others call them.
 *
 * @param verifier - verifies the keys.
 * @param handler - called with the request, the verified key, and the runtime's other arguments.
 * @param options - the scope needed, and how to learn the client's address.
 * @returns a fetch-style handler that answers refusals itself. Exceptions of the handler pass on.
 * @throws {TypeError} for a scope that is none: no key could ever have it.
 * @example Any valid key with `repos:read`
 * ```ts
 * import { createMemoryKeyStore, createVerifier, protect } from '@reporisk/api-access/core';
 * const verifier = createVerifier({ store: createMemoryKeyStore() });
 * const fetch = protect(verifier, (_request, key) => Response.json({ hello: key.label }), {
 *   scope: 'repos:read',
 * });
 * const response = await fetch(new Request('https://example.com/'));
 * response.status; // 401
 * ```
 */
export function protect<Key, Rest extends readonly unknown[] = [], Own extends string = never>(
  verifier: Verifies<Key, Own>,
  handler: ProtectedHandler<Rest, Key>,
  options: ProtectOptions<Rest, NoInfer<Own>> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const { address, project, ...asked } = options;
  const { scope, dialects = ['reporisk'] } = asked;
  if (scope !== undefined) assertScope(scope, dialects, verifier.extraScopes);
  return async (request, ...rest) => {
    const admission = await admit(verifier, request, {
      ...asked,
      address: address?.(request, ...rest),
      projectId: project?.(request, ...rest),
    });
    if (admission.ok) return handler(request, admission.key, ...rest);
    const { status, headers, body } = admission;
    return new Response(body, { status, headers });
  };
}
