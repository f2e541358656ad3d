import type { Context, Handler } from 'hono';
import type { KeyRecord } from '../../core/mod.ts';
import type { Services } from '../operations/operation.ts';
import { perform } from '../operations/perform.ts';
import type { RateLimitFields, RateLimits } from '../rate-limits/rate-limits.ts';
import type { Authenticate } from '../sessions/authenticate.ts';
import type { BodyBudgets, BodyShare } from './body-budget.ts';
import { snake, snakeKeys } from './case.ts';
import { bodyInput, rawInput, textInput } from './input.ts';
import { receiveUpload, type Upload } from './multipart.ts';
import { answerTo, problemResponse } from './problem-response.ts';
import { endpointOf, noteKey } from './record-usage.ts';
import type { AppEnvironment } from './request-context.ts';
import { parameterNames, type Route } from './route.ts';

/** What the wiring of a route needs. */
export interface Wiring {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly bodies: BodyBudgets;
}

/** Wires one route to its operation: reads the input, names what is wrong with it, writes the answer. */
export function routeHandler(
  route: Route,
  { services, authenticate, rateLimits, bodies }: Wiring,
): Handler<AppEnvironment> {
  const { operation, source } = route;
  const inPath = new Set(parameterNames(route.path));
  const endpoint = endpointOf(route.path);
  const scope = operation.access.plane === 'data' ? operation.access.scope : null;

  function locate(path: readonly (string | number)[]): (string | number)[] {
    const [first, ...rest] = path.map((part) => (typeof part === 'string' ? snake(part) : part));
    const elsewhere = source === 'query' ? 'query' : 'body';
    if (first === undefined) return [elsewhere];
    return [inPath.has(String(first)) ? 'path' : elsewhere, first, ...rest];
  }

  async function readInput(
    c: Context<AppEnvironment>,
    share: BodyShare,
    upload: (received: Upload) => void,
  ) {
    const path = textInput(c.req.param(), operation.input);
    if (source === 'query') return { ...textInput(c.req.query(), operation.input), ...path };
    if (source === 'body') return { ...(await bodyInput(c.req.raw, share)), ...path };
    if (route.raw !== undefined) {
      await route.raw.admit(services, c.req.raw.headers);
      return rawInput(c.req.raw, route.raw.limit, share);
    }
    const received = await receiveUpload(c.req.raw, services.uploads);
    upload(received);
    const { file, fields } = received;
    return { ...textInput(fields, operation.input), ...path, file: file ?? undefined };
  }

  return async (c) => {
    const { requestId, address, ownOrigin } = c.var;
    let upload: Upload | undefined;
    using share = operation.access.plane === 'anyone' ? bodies.strangers() : bodies.callers();
    let fields: RateLimitFields = {};
    try {
      const caller = await authenticate(c.req.raw, operation.access, { address, ownOrigin });
      if (caller.kind === 'key') noteKey(c, caller.outcome, endpoint, scope);
      if (operation.access.plane === 'anyone' && operation.access.limitedByAddress) {
        rateLimits.reports.check(address);
        await rateLimits.reports.count(address);
      }
      const origin = { requestId, ipAddress: address ?? null };
      const admit = async (key: KeyRecord) => {
        fields = await rateLimits.admit(key);
      };
      const output = await perform(operation, services, { caller, origin, admit }, () =>
        readInput(c, share, (received) => {
          upload = received;
        }),
      );
      if (output === null) return c.body(null, 204, fields);
      const status = route.status === 204 ? 200 : route.status;
      return c.json(snakeKeys(output) as object, status, fields);
    } catch (error) {
      const answer = answerTo(error, requestId, locate);
      if (answer.isFault) services.logger.error({ requestId, err: error }, 'request failed');
      return problemResponse({ ...answer, headers: { ...fields, ...answer.headers } });
    } finally {
      await upload?.[Symbol.asyncDispose]();
    }
  };
}
