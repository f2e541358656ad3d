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
import type { Exchange } from './request-context.ts';
import { json, respond, respondJson } from './respond.ts';
import { parameterNames, type Route } from './route.ts';

/** The dependencies of a route's wiring. */
export interface Wiring {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly bodies: BodyBudgets;
}

/** Answers a request with the parameters of its path; never throws. */
export type RouteHandler = (exchange: Exchange, path: PathParameters) => Promise<Response>;

type PathParameters = Readonly<Record<string, string>>;

/** Wires one route to its operation: reads the input, names its faults, writes the answer. */
export function routeHandler(
  route: Route,
  { services, authenticate, rateLimits, bodies }: Wiring,
): RouteHandler {
  const { operation, source, form: dialect } = route;
  const inPath = new Set(parameterNames(route.path).map(camel));
  const form = snakeForm(operation.output);
  const endpoint = endpointOf(route.path);
  const scope = operation.access.plane === 'data' ? operation.access.scope : null;

  function locate(path: readonly (string | number)[]): (string | number)[] {
    const elsewhere = source === 'query' ? 'query' : 'body';
    if (dialect !== undefined) {
      const [first, ...inside] = path;
      // A fault of the whole body has no member.
      return first === undefined
        ? [elsewhere]
        : [elsewhere, dialect.names?.[first] ?? first, ...inside];
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
    { request, incoming }: Exchange,
    parameters: PathParameters,
    share: BodyShare,
    { members, input }: NonNullable<Route['form']>,
  ) {
    if (source !== 'query') refuseQuery(request.url);
    const sent =
      source === 'query' ? queryMembers(request.url, members) : await bodyMembers(incoming, share);
    return input(parseSent(members, sent, source === 'query' ? 'query' : 'body'), parameters);
  }

  async function readInput(
    exchange: Exchange,
    parameters: PathParameters,
    share: BodyShare,
    upload: (received: Upload) => void,
  ): Promise<Readonly<Record<string, unknown>>> {
    if (dialect !== undefined) return readDialect(exchange, parameters, share, dialect);
    const { request, incoming } = exchange;
    const path = textInput(parameters, operation.input);
    const merged = (members: Record<string, unknown>) => ({ ...beside(members), ...path });
    if (source === 'query') return merged(textInput(queryOf(request.url), operation.input));
    if (route.raw !== undefined) {
      await route.raw.admit(services, request.headers);
      return rawInput(request, incoming, route.raw.limit, share);
    }
    refuseQuery(request.url);
    if (source === 'body') return merged(await bodyInput(incoming, share));
    const received = await receiveUpload(request, services.uploads);
    upload(received);
    const { file, fields } = received;
    return { ...merged(textInput(fields, operation.input)), file: file ?? undefined };
  }

  return async (exchange, parameters) => {
    const { request, incoming, requestId, address, ownOrigin } = exchange;
    let upload: Upload | undefined;
    using share = operation.access.plane === 'anyone' ? bodies.strangers() : bodies.callers();
    let fields: Readonly<Record<string, string>> = {};
    try {
      const caller = await authenticate(request, operation.access, {
        address,
        ownOrigin,
        noteKey: (outcome) => noteKey(exchange, outcome, endpoint, scope),
        dialect: dialect?.dialect,
      });
      const entrance: Entrance | undefined = dialect && {
        dialect: dialect.dialect,
        organizationId: parameters.organization_id ?? null,
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
        key: () => idempotencyKey(incoming.headersDistinct['idempotency-key']),
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
          input = await readInput(exchange, parameters, share, (received) => {
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
        const link = linkToRest(request.url, list?.nextCursor ?? null);
        return respondJson(body, answeredWith(route), { ...fields, ...link });
      }
      if (output === null) return respond(null, 204, fields);
      if (output instanceof Download) return downloadResponse(output, fields);
      const status = answeredWith(route);
      const text = await encodeInSteps(output, form);
      // A change may answer with a new secret.
      if (operation.kind !== 'query') return respond(text, status, { ...fields, ...json });
      const accepted = request.headers.get('accept-encoding');
      const { body, headers } = await compressed(text, accepted);
      return respond(body, status, { ...fields, ...json, ...headers });
    } catch (error) {
      if (error instanceof Replayed) {
        const replayed = { 'Idempotent-Replayed': 'true' };
        return respond(error.body, 202, { ...fields, ...json, ...replayed });
      }
      if (judgesScopes(operation.access) && isForbidden(error)) noteScopeRefusal(exchange);
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
