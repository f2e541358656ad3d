import type { IncomingMessage } from 'node:http';
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
  incoming: IncomingMessage,
  share: BodyShare,
): Promise<Record<string, unknown>> {
  return camelKeys(await bodyMembers(incoming, share));
}

/** The same under the names that were sent. */
export async function bodyMembers(incoming: IncomingMessage, share: BodyShare): Promise<object> {
  assertJson(incoming);
  const body = parseJson(await readBody(incoming, bodyLimit, share));
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
  { headers }: Request,
  incoming: IncomingMessage,
  limit: number,
  share: BodyShare,
): Promise<Record<string, unknown>> {
  assertJson(incoming);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const body = decoder.decode(await readBody(incoming, limit, share));
  return { body, headers: Object.fromEntries(headers) };
}

/** @throws {Problem} 415 for a body of another declared type. */
export function assertJson({ method, headers }: IncomingMessage): void {
  const hasBody = declaredLength(headers) > 0 || headers['transfer-encoding'] !== undefined;
  if (method === 'GET' || method === 'HEAD' || !hasBody) return;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Problem(415, 'Content-Type must be application/json', unread);
  }
}

function declaredLength(headers: IncomingMessage['headers']): number {
  return Number(headers['content-length'] ?? '0');
}

/**
 * Reads a body that may not be longer than `limit` bytes, and reads no further once it is. Not through
 * the web's stream of it, which takes longer than the rest of a small request's reading.
 *
 * @param share - the budget that the body counts towards while it is held.
 * @throws {Problem} 413; 408 when it does not arrive in time; 503 when the budget is used up; 400 when
 * the client disconnects, which is no fault of the database's.
 */
export function readBody(
  incoming: IncomingMessage,
  limit: number,
  share: BodyShare,
): Promise<Buffer> {
  const tooLarge = () => new Problem(413, `Request body must not exceed ${limit} bytes`, unread);
  return new Promise((resolve, reject) => {
    if (declaredLength(incoming.headers) > limit) throw tooLarge();
    if (incoming.readableEnded) return resolve(noBytes);
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = () => {
      clearTimeout(timer);
      incoming.off('data', take).off('end', end).off('error', cutOff).off('close', cutOff);
    };
    const fail = (error: unknown) => {
      stop();
      incoming.pause();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) return fail(tooLarge());
      try {
        share.add(chunk.length);
      } catch (error) {
        return fail(error);
      }
      chunks.push(chunk);
    };
    const end = () => {
      stop();
      const [first = noBytes] = chunks;
      resolve(chunks.length > 1 ? Buffer.concat(chunks) : first);
    };
    const cutOff = () => fail(new Problem(400, 'Request body was cut off', unread));
    const late = () => fail(new Problem(408, 'Request body did not arrive in time', unread));
    const timer = setTimeout(late, arrivalTimeoutMs);
    if (incoming.destroyed) return cutOff();
    incoming.on('data', take).on('end', end).on('error', cutOff).on('close', cutOff);
  });
}

const noBytes = Buffer.alloc(0);

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
