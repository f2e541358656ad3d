import type { TRPCClient } from '@trpc/client';
import type { AppRouter } from '../../server/trpc/router.ts';
import type { ProblemCode } from '../../server/wire/problem.ts';
import { withoutSecrets } from './raw-secrets.ts';

/** The server answered with something other than the requested data. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;
  /** The server's `detail`: a text, or the list of rejected fields. */
  readonly detail: unknown;
  /** The stable code of the server's problem. */
  readonly code: ProblemCode | null;
  readonly requestId: string | null;
  /** Whether something was only asked for: then the address of the page has the faults of a 422, no form. */
  readonly isQuery: boolean;

  constructor(
    status: number,
    { detail, problem }: Partial<ErrorData>,
    requestId: string | null,
    to: 'query' | 'change',
  ) {
    super(`the server answered ${status}`);
    this.status = status;
    this.detail = detail;
    this.code = problem ?? null;
    this.requestId = requestId;
    this.isQuery = to === 'query';
  }
}

type Authorization = () => Promise<{ authorization: string }>;
export type OnRefused = (sentAt: number) => void;

/**
 * A client of the server's tRPC router with tRPC's own types. It implements the part of the
 * protocol that the console needs, single calls over fetch: tRPC's own client does more, and takes
 * a sixth of the page's size budget.
 *
 * Each call is a request of its own, so each has a request id and none waits for a slower one.
 *
 * @param onRefused - called when the server refuses a call to the viewer, with the time at which it was
 * sent: the console's picture of the viewer's permissions may be older.
 */
export function createClient(headers: Authorization, onRefused: OnRefused): TRPCClient<AppRouter> {
  const watched = async (procedure: string, send: (procedure: string) => Promise<unknown>) => {
    const sentAt = Date.now();
    try {
      return await send(procedure);
    } catch (error) {
      const isRefusal = error instanceof RequestFailed && error.status === 403;
      // The session's own refusal is its answer, not news about it.
      if (isRefusal && procedure !== 'session.get') onRefused(sentAt);
      throw error;
    }
  };
  const at = (path: readonly string[]): object =>
    new Proxy(() => {}, {
      get: (_target, name) => at([...path, String(name)]),
      apply: (_target, _this, [input]) =>
        watched(path.slice(0, -1).join('.'), (procedure) =>
          path.at(-1) === 'query'
            ? query(headers, procedure, input)
            : mutate(headers, procedure, input),
        ),
    });
  return at([]) as TRPCClient<AppRouter>;
}

/** A query's input travels in its URL: a raw secret in it is replaced by its preview. */
async function query(headers: Authorization, procedure: string, input: unknown): Promise<unknown> {
  const safe = JSON.stringify(input, (_name, value) =>
    typeof value === 'string' ? withoutSecrets(value) : value,
  );
  const parameters = new URLSearchParams({ input: safe });
  return answer(
    await fetch(`/trpc/${procedure}?${parameters}`, { headers: await headers() }),
    'query',
  );
}

async function mutate(headers: Authorization, procedure: string, input: unknown): Promise<unknown> {
  return answer(
    await fetch(`/trpc/${procedure}`, {
      method: 'POST',
      headers: { ...(await headers()), 'content-type': 'application/json' },
      body: JSON.stringify(input),
    }),
    'change',
  );
}

interface ErrorData {
  readonly detail: unknown;
  readonly problem?: ProblemCode;
}

interface Answer {
  readonly result?: { readonly data: unknown };
  readonly error?: { readonly data: ErrorData };
}

async function answer(response: Response, to: 'query' | 'change'): Promise<unknown> {
  const body: Answer | null = await response.json().catch(() => null);
  if (response.ok && body?.result) return body.result.data;
  const requestId = response.headers.get('x-request-id');
  throw new RequestFailed(response.status, body?.error?.data ?? {}, requestId, to);
}
