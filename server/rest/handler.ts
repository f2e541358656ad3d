import type { Context, Handler } from 'hono';
import type { z } from 'zod';
import type { KeyRecord } from '../../core/mod.ts';
import { idempotencyKey } from '../idempotency/idempotency-key.ts';
import { organizationOf } from '../operations/access.ts';
import { Replayed } from '../operations/answer-once.ts';
import { Download } from '../operations/download.ts';
import { isForbidden, judgesScopes, perform } from '../operations/execute.ts';
import type { Services } from '../operations/operation.ts';
import type { Entrance } from '../operations/principal.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { camel, foreign, snake } from '../wire/case.ts';
import { snakeForm } from '../wire/output-form.ts';
import { InvalidInput } from '../wire/problem.ts';
import { parseInput } from '../wire/validation.ts';
import type { Authenticate } from './authenticate.ts';
import type { BodyBudgets, BodyShare } from './body-budget.ts';
import { compressed } from './compress.ts';
import { isPage, linkToRest, wholeList } from './dialects/whole-list.ts';
import { encode, encodeInSteps } from './encode.ts';
import {
  bodyInput,
  bodyMembers,
  queryMembers,
  queryOf,
  rawInput,
  refuseQuery,
  textInput,
} from './input.ts';
import { expiryFieldOf } from './key-expiry.ts';
import { receiveUpload, type Upload } from './multipart.ts';
import { answerTo, problemResponse, reportCause } from './problem-response.ts';
import { endpointOf, noteKey, noteScopeRefusal } from './record-usage.ts';
import type { AppEnvironment } from './request-context.ts';
import { parameterNames, type Route } from './route.ts';

/** The dependencies of a route's wiring. */
export interface Wiring {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly bodies: BodyBudgets;
}

/** Wires one route to its operation: reads the input, names its faults, writes the answer. */
export function routeHandler(
  route: Route,
  { services, authenticate, rateLimits, bodies }: Wiring,
): Handler<AppEnvironment> {
  const { operation, source, form: dialect } = route;
  const inPath = new Set(parameterNames(route.path).map(camel));
  const form = snakeForm(operation.output);
  const endpoint = endpointOf(route.path);
  const scope = operation.access.plane === 'data' ? operation.access.scope : null;

  function locate(path: readonly (string | number)[]): (string | number)[] {
    const elsewhere = source === 'query' ? 'query' : 'body';
    if (dialect !== undefined) {
      const [first = '', ...inside] = path;
      return [elsewhere, dialect.names?.[first] ?? first, ...inside];
    }
    const place = inPath.has(String(path[0])) ? 'path' : elsewhere;
    return [place, ...path.map((part) => (typeof part === 'string' ? snake(part) : part))];
  }

  /**
   * Input from outside the path: a member that the path already holds does not reach the operation.
   */
  function beside(members: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(members).map(([name, value]) => [
        inPath.has(name) ? foreign(snake(name)) : name,
        value,
      ]),
    );
  }

  async function readDialect(
    c: Context<AppEnvironment>,
    share: BodyShare,
    { members, input }: NonNullable<Route['form']>,
  ) {
    if (source !== 'query') refuseQuery(c.req.url);
    const sent =
      source === 'query' ? queryMembers(c.req.url, members) : await bodyMembers(c.req.raw, share);
    return input(parseSent(members, sent, source === 'query' ? 'query' : 'body'), c.req.param());
  }

  async function readInput(
    c: Context<AppEnvironment>,
    share: BodyShare,
    upload: (received: Upload) => void,
  ): Promise<Readonly<Record<string, unknown>>> {
    if (dialect !== undefined) return readDialect(c, share, dialect);
    const path = textInput(c.req.param(), operation.input);
    const merged = (members: Record<string, unknown>) => ({ ...beside(members), ...path });
    if (source === 'query') return merged(textInput(queryOf(c.req.url), operation.input));
    if (route.raw !== undefined) {
      await route.raw.admit(services, c.req.raw.headers);
      return rawInput(c.req.raw, route.raw.limit, share);
    }
    refuseQuery(c.req.url);
    if (source === 'body') return merged(await bodyInput(c.req.raw, share));
    const received = await receiveUpload(c.req.raw, services.uploads);
    upload(received);
    const { file, fields } = received;
    return { ...merged(textInput(fields, operation.input)), file: file ?? undefined };
  }

  return async (c) => {
    const { requestId, address, ownOrigin } = c.var;
    let upload: Upload | undefined;
    using share = operation.access.plane === 'anyone' ? bodies.strangers() : bodies.callers();
    let fields: Readonly<Record<string, string>> = {};
    try {
      const caller = await authenticate(c.req.raw, operation.access, {
        address,
        ownOrigin,
        noteKey: (outcome) => noteKey(c, outcome, endpoint, scope),
        dialect: dialect?.dialect,
      });
      const entrance: Entrance | undefined = dialect && {
        dialect: dialect.dialect,
        organizationId: c.req.param('organization_id') ?? null,
      };
      if (caller.kind === 'key') fields = expiryFieldOf(caller.outcome);
      share.belongTo(organizationOf(caller) ?? '');
      if (operation.access.plane === 'anyone' && operation.access.limitedByAddress) {
        rateLimits.reports.check(address);
        await rateLimits.reports.count(address);
      }
      const origin = { requestId, ipAddress: address ?? null };
      const admit = async (key: KeyRecord) => {
        fields = { ...(await rateLimits.admit(key)), ...fields };
      };
      const repetition = {
        key: () => idempotencyKey(c.env.incoming.headersDistinct['idempotency-key']),
        path: route.path,
        encode: (output: unknown) => encode(output, form),
      };
      const invocation = { caller, origin, ...(entrance && { entrance }) };
      let input: Readonly<Record<string, unknown>> = {};
      const { value: output } = await perform(
        operation,
        services,
        { ...invocation, admit, repetition },
        async () => {
          input = await readInput(c, share, (received) => {
            upload = received;
          });
          return input;
        },
      );
      if (dialect !== undefined && entrance !== undefined) {
        const next = async (cursor: string) =>
          (await perform(operation, services, invocation, () => ({ ...input, cursor }))).value;
        const list = isPage(output) ? await wholeList(output, next) : null;
        const context = { services, entrance, input };
        const body = await dialect.answer(list?.items ?? output, context);
        const link = linkToRest(c.req.url, list?.nextCursor ?? null);
        return c.body(JSON.stringify(body), answeredWith(route), { ...fields, ...link, ...json });
      }
      if (output === null) return c.body(null, 204, fields);
      if (output instanceof Download) return downloadResponse(output, fields);
      const status = answeredWith(route);
      const text = await encodeInSteps(output, form);
      // A change may answer with a new secret.
      if (operation.kind !== 'query') return c.body(text, status, { ...fields, ...json });
      const accepted = c.req.header('accept-encoding');
      const { body, headers } = await compressed(text, accepted);
      return c.body(body, status, { ...fields, ...json, ...headers });
    } catch (error) {
      if (error instanceof Replayed) {
        const replayed = { 'Idempotent-Replayed': 'true' };
        return c.body(error.body, 202, { ...fields, ...json, ...replayed });
      }
      if (judgesScopes(operation.access) && isForbidden(error)) noteScopeRefusal(c);
      const answer = answerTo(error, requestId, locate);
      reportCause(error, requestId, answer, services);
      return problemResponse({ ...answer, headers: { ...fields, ...answer.headers } });
    } finally {
      await upload?.[Symbol.asyncDispose]();
    }
  };
}

/** Parses members under the names that were sent: an operation may have one of them for another. */
function parseSent<Schema extends z.ZodType>(
  schema: Schema,
  sent: unknown,
  part: 'query' | 'body',
): z.output<Schema> {
  try {
    return parseInput(schema, sent);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(error.errors.map((each) => ({ ...each, part })));
  }
}

/** The status of an answer with a body. */
function answeredWith({ status }: Route): 200 | 201 | 202 {
  return status === 204 ? 200 : status;
}

const json = { 'Content-Type': 'application/json' };

/** An error while sending ends the connection: a truncated file must not look complete. */
function downloadResponse(
  { contentType, fileName, pieces }: Download,
  fields: Readonly<Record<string, string>>,
): Response {
  const body = ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
  const disposition = `attachment; filename="${fileName}"`;
  return new Response(body, {
    headers: { ...fields, 'Content-Type': contentType, 'Content-Disposition': disposition },
  });
}
