import type { z } from 'zod';
import { type FieldError, InvalidInput, Problem } from '../operations/problem.ts';
import { extraField } from '../operations/validation.ts';
import { camel, camelKeys } from './case.ts';

/** Bytes that a request body may have, uploads aside. */
export const bodyLimit = 1024 * 1024;

/** The rest of a body that is not read would stand before the connection's next request. */
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

/**
 * A query's parameters.
 *
 * @throws {InvalidInput} for one that is given more than once: either value may be the one meant.
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
  throw new InvalidInput([...new Set(repeated)].map(givenMoreThanOnce));
}

/** @throws {InvalidInput} where a query has any parameter. */
export function refuseQuery(url: string): void {
  const names = Object.keys(queryOf(url));
  if (names.length === 0) return;
  throw new InvalidInput(names.map((name) => ({ ...extraField([name]), part: 'query' })));
}

function givenMoreThanOnce(name: string): FieldError {
  return { path: [name], part: 'query', msg: 'given more than once', type: 'value_error' };
}

/** A schema's own field: a query may be named after what every object has. */
function fieldOf({ shape }: z.ZodObject, name: string): z.core.$ZodType | undefined {
  return Object.hasOwn(shape, name) ? shape[name] : undefined;
}

/** Text that is not of the field's form stays text, so that the field's own rule refuses it. */
function parsed(text: string, field: z.core.$ZodType | undefined): unknown {
  const type = field === undefined ? 'unknown' : innermost(field)._zod.def.type;
  if (type === 'number' && /^-?(0|[1-9]\d{0,15})$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

function innermost(field: z.core.$ZodType): z.core.$ZodType {
  const { innerType } = field._zod.def as { innerType?: z.core.$ZodType };
  return innerType === undefined ? field : innermost(innerType);
}

/**
 * The body's members as an operation's input; an empty body is an empty object.
 *
 * @throws {Problem} 415 or 413.
 * @throws {InvalidInput} when it is not a JSON object; never with the parser's own message, which
 * quotes the body.
 */
export async function bodyInput(request: Request): Promise<Record<string, unknown>> {
  assertJson(request);
  const body = parseJson(await readBody(request, bodyLimit));
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidInput([
      { path: [], msg: 'value is not a valid dict', type: 'type_error.dict' },
    ]);
  }
  return camelKeys(body);
}

/**
 * The body as it was sent, and the headers, for an operation that checks a signature over them.
 *
 * @throws {Problem} 415 or 413.
 */
export async function rawInput(request: Request, limit: number): Promise<Record<string, unknown>> {
  assertJson(request);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const body = decoder.decode(await readBody(request, limit));
  return { body, headers: Object.fromEntries(request.headers) };
}

/** @throws {Problem} 415 for a body that says it is something else. */
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
 * @throws {Problem} 413.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = new Problem(413, `Request body must not exceed ${limit} bytes`, unread);
  if (Number(request.headers.get('content-length') ?? '0') > limit) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of received(request)) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body's chunks; a client that goes away in between is no fault of the database's. */
async function* received(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* request.body ?? [];
  } catch {
    throw new Problem(400, 'Request body was cut off');
  }
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidInput([{ path: [], msg: 'malformed JSON', type: 'value_error.jsondecode' }]);
  }
}
