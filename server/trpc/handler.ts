import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Context } from 'hono';
import { Problem } from '../operations/problem.ts';
import type { Wiring } from '../rest/handler.ts';
import { assertJson, bodyLimit, readBody, unread } from '../rest/input.ts';
import { answerTo, problemResponse } from '../rest/problem-response.ts';
import { noteKey } from '../rest/record-usage.ts';
import type { AppEnvironment } from '../rest/request-context.ts';
import { answeredHeaders } from './procedure.ts';
import { appRouter } from './router.ts';

const methods = ['GET', 'HEAD', 'POST'];

/** Serves the tRPC router under `/trpc`. */
export function trpcHandler({ services, authenticate }: Wiring) {
  return async (c: Context<AppEnvironment>): Promise<Response> => {
    const { requestId, address, ownOrigin } = c.var;
    try {
      if (!methods.includes(c.req.method)) {
        throw new Problem(405, 'Method Not Allowed', { Allow: methods.join(', '), ...unread });
      }
      const response = await fetchRequestHandler({
        endpoint: '/trpc',
        req: await withinLimit(c.req.raw),
        router: appRouter,
        maxBatchSize: 20,
        responseMeta: ({ errors }) => ({ headers: answeredHeaders(errors) }),
        createContext: () => ({
          services,
          origin: { requestId, ipAddress: address ?? null },
          authenticate: (access) =>
            authenticate(c.req.raw, access, {
              address,
              ownOrigin,
              noteKey: (outcome) => noteKey(c, outcome, '/trpc', null),
            }),
        }),
      });
      // What tRPC refuses before a procedure is JSON that is called text, or nothing.
      if (response.body !== null && !isJson(response)) {
        response.headers.set('Content-Type', 'application/json');
      }
      return response;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return problemResponse(answerTo(error, requestId, () => []));
    }
  };
}

function isJson({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') ?? false;
}

/** The request with its body read, so that no handler reads more than the limit. */
async function withinLimit(request: Request): Promise<Request> {
  assertJson(request);
  if (request.body === null) return request;
  const { method, url, headers } = request;
  return new Request(url, { method, headers, body: await readBody(request, bodyLimit) });
}
