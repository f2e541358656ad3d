import type { IncomingMessage } from 'node:http';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Context } from 'hono';
import { type Access, authorize, type Caller, organizationOf } from '../operations/access.ts';
import type { BodyShare } from '../rest/body-budget.ts';
import type { Wiring } from '../rest/handler.ts';
import {
  assertFewValues,
  assertJson,
  bodyLimit,
  readBody,
  refuseQuery,
  unread,
} from '../rest/input.ts';
import { answerTo, problemResponse } from '../rest/problem-response.ts';
import { noteKey } from '../rest/record-usage.ts';
import type { AppEnvironment } from '../rest/request-context.ts';
import { InvalidInput, Problem } from '../wire/problem.ts';
import { answeredHeaders, maxBatchSize, type ProcedureMeta } from './procedure.ts';
import { appRouter } from './router.ts';

const withoutBodies = ['GET', 'HEAD'];
const methods = [...withoutBodies, 'POST'];

/** Serves the tRPC router under `/trpc`. */
export function trpcHandler({ services, authenticate, bodies }: Wiring) {
  return async (c: Context<AppEnvironment>): Promise<Response> => {
    const { requestId, address, ownOrigin } = c.env.exchange;
    using share = bodies.callers();
    const callers = new Map<Access, Promise<Caller>>();
    const callerFor = (access: Access) => {
      const known = callers.get(access) ?? identify(access);
      callers.set(access, known);
      return known;
    };
    function identify(access: Access): Promise<Caller> {
      return authenticate(c.req.raw, access, {
        ...{ address, ownOrigin },
        noteKey: (outcome) => noteKey(c.env.exchange, outcome, '/trpc', null),
      });
    }
    /** Whether any of the procedures would authorize the caller. */
    async function isLetIn(): Promise<boolean> {
      for (const access of accessesOf(c.req.path)) {
        try {
          const caller = await callerFor(access);
          await authorize(services.database.read, caller, access);
          share.belongTo(organizationOf(caller) ?? '');
          return true;
        } catch {
          // The procedure refuses the same caller with the same reason, in tRPC's own form.
        }
      }
      return false;
    }

    try {
      if (!methods.includes(c.req.method)) {
        throw new Problem(405, 'Method Not Allowed', { Allow: methods.join(', '), ...unread });
      }
      const hasBody = !withoutBodies.includes(c.req.method);
      const isRead = !hasBody || (await isLetIn());
      const response = await fetchRequestHandler({
        endpoint: '/trpc',
        req: isRead ? await withinLimit(c.req.raw, c.env.incoming, share) : withoutBody(c.req.raw),
        router: appRouter,
        maxBatchSize,
        responseMeta: ({ errors }) => ({ headers: answeredHeaders(errors) }),
        createContext: () => ({
          services,
          origin: { requestId, ipAddress: address ?? null },
          authenticate: callerFor,
          refuseParameters: () =>
            refuseQuery(c.req.url, c.req.method === 'POST' ? ['batch'] : ['batch', 'input']),
        }),
      });
      // tRPC's refusals before a procedure are JSON labelled as text, or empty.
      if (response.body !== null && !isJson(response)) {
        response.headers.set('Content-Type', 'application/json');
      }
      if (!isRead) response.headers.set('Connection', unread.Connection);
      return response;
    } catch (error) {
      if (!(error instanceof Problem || error instanceof InvalidInput)) throw error;
      return problemResponse(answerTo(error, requestId, (path) => ['body', ...path]));
    }
  };
}

/** The access of each procedure that a path names. */
function accessesOf(path: string): Access[] {
  // Split as tRPC does it.
  const names = decoded(path.slice('/trpc'.length).replace(/^\/+|\/+$/g, '')).split(',');
  return names.flatMap((name) => {
    const procedure = Object.hasOwn(procedures, name) ? procedures[name] : undefined;
    return procedure?._def.meta === undefined ? [] : [procedure._def.meta.access];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The router's procedures by their full names; its type has them in a tree. */
const procedures = appRouter._def.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly meta?: ProcedureMeta } }>
>;

function isJson({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('application/json') ?? false;
}

/** Returns the request with its body read: no handler reads more than the limit. */
async function withinLimit(
  request: Request,
  incoming: IncomingMessage,
  share: BodyShare,
): Promise<Request> {
  const { method, url, headers } = request;
  if (withoutBodies.includes(method)) return request;
  assertJson(incoming);
  const body = await readBody(incoming, bodyLimit, share);
  assertFewValues(body);
  return new Request(url, { method, headers, body });
}

/** The request of a caller that no procedure authorizes: nothing of its body is read. */
function withoutBody({ method, url, headers }: Request): Request {
  const kept = new Headers(headers);
  kept.set('content-type', 'application/json');
  kept.delete('content-length');
  return new Request(url, { method, headers: kept, body: '{}' });
}
