import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from '@trpc/client';
import type { ErrorData } from './trpc/error-shape.ts';
import type { AppRouter } from './trpc/router.ts';

export type { Detail, RejectedField } from './wire/problem.ts';
export type { ErrorData };

/** Options of `createRepoRiskClient`. */
export interface RepoRiskClientOptions {
  /** The address of the RepoRisk server, for example `https://api.example.com`. */
  readonly url: string;
  /**
   * The session token of a parent-org admin, or a function that gives a current one: Clerk's live for a
   * minute.
   */
  readonly session: string | (() => string | Promise<string>);
}

/** The management operations, each with its types: `client.apiKeys.create.mutate({ … })`. */
export type RepoRiskClient = TRPCClient<AppRouter>;

/**
 * Makes a typed client of the management operations. Each call is one request.
 *
 * @param options - the server's address and the session.
 * @returns the client. A refused call rejects with an error that `refusalOf` reads.
 * @throws {TypeError} when the address is none.
 * @example
 * ```ts
 * import { createRepoRiskClient } from '@reporisk/api-access/client';
 *
 * const client = createRepoRiskClient({ url: 'http://127.0.0.1:8787', session: 'a session token' });
 * typeof client.apiKeys.create.mutate; // 'function'
 * ```
 */
export function createRepoRiskClient(options: RepoRiskClientOptions): RepoRiskClient {
  const { session } = options;
  const base = new URL(options.url);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const { href: url } = new URL('trpc', base);
  const token = typeof session === 'string' ? () => session : session;
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url, headers: async () => ({ Authorization: `Bearer ${await token()}` }) })],
  });
}

/**
 * Reads the refusal that a call rejected with.
 *
 * @param error - whatever a call rejected with.
 * @returns status, detail (a sentence, or the list of rejected fields) and the problem's code; null
 * when the server did not answer the call, because it is away for example.
 * @example
 * ```ts
 * import { refusalOf } from '@reporisk/api-access/client';
 *
 * refusalOf(new Error('fetch failed')); // null
 * ```
 */
export function refusalOf(error: unknown): ErrorData | null {
  if (!(error instanceof TRPCClientError)) return null;
  const data: ErrorData | null | undefined = error.data;
  return data ?? null;
}
