import type { z } from 'zod';
import { camel, camelKeys } from '../wire/case.ts';
import { InvalidInput, Problem } from '../wire/problem.ts';
import { extraField, givenMoreThanOnce, withoutWrappers } from '../wire/validation.ts';
import type { BodyShare } from './body-budget.ts';

/** Bytes of a request body, at most; uploads aside. */
export const bodyLimit = 1024 * 1024;

/** Time in which a body must arrive, in milliseconds; uploads aside. */
const arrivalTimeoutMs = 30_000;

/** Closes the connection: the rest of an unread body would stand before its next request. */
export const unread = { Connection: 'close' };

/** Query, path or form members as an operation's input; numbers and booleans are parsed strictly. */
export function textInput(
  members: Readonly<Record<string, string>>,
  schema: z.ZodObject,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, text]) => [
      camel(name),
      parsed(text, fieldOf(schema, camel(name))),
    ]),
  );
}

/** Query members under the names that were sent, parsed in the same way. */
export function queryMembers(url: string, schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(queryOf(url)).map(([name, text]) => [name, parsed(text, fieldOf(schema, name))]),
  );
}

/**
 * A query's parameters.
 *
 * @throws {InvalidInput} for a repeated parameter: either value may be the intended one.
 */
export function queryOf(url: string): Record<string, string> {
  const start = url.indexOf('?');
  if (start < 0) return {};
  const parameters = [...new URLSearchParams(url.slice(start + 1))];
  const once = Object.fromEntries(parameters);
  const names = Object.keys(once);
  if (names.length === parameters.length) return once;
  const seen = new Set<string>();
  const repeated = parameters
    .map(([name]) => name)
    .filter((name) => seen.size === seen.add(name).size);
  throw new InvalidInput(
    [...new Set(repeated)].map((name) => ({ ...givenMoreThanOnce([name]), part: 'query' })),
  );
}

/** @throws {InvalidInput} where a query has an unknown parameter, or one twice. */
export function refuseQuery(url: string, known: readonly string[] = []): void {
  const names = Object.keys(queryOf(url)).filter((name) => !known.includes(name));
  if (names.length === 0) return;
  throw new InvalidInput(names.map((name) => ({ ...extraField([name]), part: 'query' })));
}

/** A schema's own field: a query's parameter may have the name of a property of every object. */
function fieldOf({ shape }: z.ZodObject, name: string): z.core.$ZodType | undefined {
  return Object.hasOwn(shape, name) ? shape[name] : undefined;
}

/** Text that does not have the field's form stays text: the field's own rule then refuses it. */
function parsed(text: string, field: z.core.$ZodType | undefined): unknown {
  const type = field === undefined ? 'unknown' : withoutWrappers(field)._zod.def.type;
  if (type === 'number' && /^-?(0|[1-9]\d{0,15})$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/**
 * The body's members as an operation's input; an empty body is an empty object.
 *
 * @throws {Problem} 415 or 413.
 * @throws {InvalidInput} when it is not a JSON object; never with the parser's own message, which
 * quotes the body.
 */
export async function bodyInput(
  request: Request,
  share: BodyShare,
): Promise<Record<string, unknown>> {
  return camelKeys(await bodyMembers(request, share));
}

/** The same under the names that were sent. */
export async function bodyMembers(request: Request, share: BodyShare): Promise<object> {
  assertJson(request);
  const body = parseJson(await readBody(request, bodyLimit, share));
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidInput([
      { path: [], msg: 'value is not a valid dict', type: 'type_error.dict' },
    ]);
  }
  return body;
}

/**
 * The body as it was sent, and the headers, for an operation that checks a signature over them.
 *
 * @throws {Problem} 415 or 413.
 */
export async function rawInput(
  request: Request,
  limit: number,
  share: BodyShare,
): Promise<Record<string, unknown>> {
  assertJson(request);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const body = decoder.decode(await readBody(request, limit, share));
  return { body, headers: Object.fromEntries(request.headers) };
}

/** @throws {Problem} 415 for a body of another declared type. */
export function assertJson(request: Request): void {
  const length = Number(request.headers.get('content-length') ?? '0');
  const hasBody = length > 0 || request.headers.has('transfer-encoding');
  if (request.body === null || !hasBody) return;
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Problem(415, 'Content-Type must be application/json', unread);
  }
}

/**
 * Reads a body that may not be longer than `limit` bytes, and reads no further once it is.
 *
 * @param share - the budget that the body counts towards while it is held.
 * @throws {Problem} 413; 408 when it does not arrive in time; 503 when the budget is used up.
 */
export async function readBody(
  request: Request,
  limit: number,
  share: BodyShare,
): Promise<Uint8Array> {
  const tooLarge = new Problem(413, `Request body must not exceed ${limit} bytes`, unread);
  if (Number(request.headers.get('content-length') ?? '0') > limit) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of received(request)) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    share.add(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body's chunks; a client that disconnects in between is no fault of the database's. */
async function* received(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, arrivalTimeoutMs);
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new Problem(400, 'Request body was cut off', unread);
      });
      if (isLate) throw new Problem(408, 'Request body did not arrive in time', unread);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

const [quote, backslash, comma, brace, bracket] = Buffer.from('"\\,{[');

/** Members, list items, objects and lists that a JSON body may hold: more than any operation takes. */
const maxValues = 5_000;

/**
 * Refuses JSON that is small and yet slow to parse and to validate: a body of 1 MiB can hold half a
 * million values.
 *
 * @throws {InvalidInput}
 */
export function assertFewValues(json: Uint8Array): void {
  let values = 0;
  let isText = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === quote) isText = !isText;
    else if (isText) index += byte === backslash ? 1 : 0;
    else if (byte === comma || byte === brace || byte === bracket) values += 1;
    if (values > maxValues) {
      const msg = `ensure this value holds at most ${maxValues} members and items`;
      throw new InvalidInput([{ path: [], msg, type: 'value_error' }]);
    }
  }
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  assertFewValues(bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidInput([{ path: [], msg: 'malformed JSON', type: 'value_error.jsondecode' }]);
  }
}
