import type { ErrorCode, Refusal } from '../../core/mod.ts';

/** The stable code of a problem: a refusal of core, or one with its own text in the console. */
export type ProblemCode =
  | ErrorCode
  | 'api_key_not_found'
  | 'api_key_revoked'
  | 'api_key_ended'
  | 'api_key_rotated'
  | 'no_anthropic_key';

/**
 * The reason for a failed request, in the caller's terms: a status and a sentence. Every other
 * exception is the server's fault, answered 500 without its cause.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Response headers that belong to the problem, for example `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null for a problem without a code. Match on it, never on the text. */
  readonly code: ProblemCode | null;

  constructor(
    status: number,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    code: ProblemCode | null = null,
  ) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.code = code;
  }
}

/**
 * One of core's refusals as a problem.
 *
 * @param headers - further response headers.
 */
export function refused(refusal: Refusal, headers: Problem['headers'] = {}): Problem {
  const { status, detail, code } = refusal;
  if (status === 401) return new Problem(401, detail, { 'WWW-Authenticate': 'Bearer' }, code);
  if (status === 503) return new Problem(503, detail, { 'Retry-After': '1' }, code);
  return new Problem(status, detail, headers, code);
}

/** An unknown id, or another organization's: both get the same answer. */
export function notFound(what: string, code: ProblemCode | null = null): Problem {
  return new Problem(404, `${what} not found`, {}, code);
}

/** One rejected field, in the words of Pydantic 1, which existing clients know. */
export interface FieldError {
  /** Names and list positions from the input's top, in the operation's own (camel) case. */
  readonly path: readonly (string | number)[];
  /** Where it stands, if not where the operation's input comes from; the path is then as sent. */
  readonly part?: 'query' | 'header' | 'body';
  readonly msg: string;
  readonly type: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** A rejected field as every entrance answers it. */
export interface RejectedField {
  /** The part of the request, then names and list positions, as the entrance spells them. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** The `detail` of a refusal: a sentence, or the list of rejected fields. */
export type Detail = string | readonly RejectedField[];

/** The input breaks a rule: 422. Never carries the rejected value. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(errors.map((error) => `${error.path.join('.')}: ${error.msg}`).join('; '));
    this.errors = errors;
  }
}

/** A field that refers to a record out of reach, or breaks a rule only the database can check. */
export function invalidField(field: string, msg: string): InvalidInput {
  return new InvalidInput([{ path: [field], msg, type: 'value_error' }]);
}
