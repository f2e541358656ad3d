import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Context } from 'hono';
import { Problem } from '../operations/problem.ts';
import type { Wiring } from '../rest/handler.ts';
import { bodyLimit, readBody } from '../rest/input.ts';
import { answerTo, problemResponse } from '../rest/problem-response.ts';
import { noteKey } from '../rest/record-usage.ts';
import type { AppEnvironment } from '../rest/request-context.ts';
import { answeredHeaders } from './procedure.ts';
import { appRouter } from './router.ts';

/** Serves the tRPC router under `/trpc`. */
export function trpcHandler({ services, authenticate }: Wiring) {
  return async (c: Context<AppEnvironment>): Promise<Response> => {
    const { requestId, address, ownOrigin } = c.var;
    try {
      return await fetchRequestHandler({
        endpoint: '/trpc',
        req: await withinLimit(c.req.raw),
        router: appRouter,
        maxBatchSize: 20,
        responseMeta: ({ errors }) => ({ headers: answeredHeaders(errors) }),
        createContext: () => ({
          services,
          origin: { requestId, ipAddress: address ?? null },
          async authenticate(access) {
            const caller = await authenticate(c.req.raw, access, { address, ownOrigin });
            if (caller.kind === 'key') noteKey(c, caller.outcome, '/trpc', null);
            return caller;
          },
        }),
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return problemResponse(answerTo(error, requestId, () => []));
    }
  };
}

/** The request with its body read, so that no handler reads more than the limit. */
async function withinLimit(request: Request): Promise<Request> {
  if (request.body === null) return request;
  const { method, url, headers } = request;
  return new Request(url, { method, headers, body: await readBody(request, bodyLimit) });
}
