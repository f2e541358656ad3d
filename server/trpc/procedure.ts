import { initTRPC, TRPCError } from '@trpc/server';
import type { z } from 'zod';
import type { Access, Caller } from '../operations/access.ts';
import { execute } from '../operations/execute.ts';
import type { InputSchema, Operation, Origin, Services } from '../operations/operation.ts';
import { type Answer, answerTo, reportCause } from '../rest/problem-response.ts';
import type { ErrorShape } from './error-shape.ts';

/** The context of a tRPC request. */
export interface TrpcContext {
  readonly services: Services;
  readonly origin: Origin & { readonly requestId: string };
  /** Identifies the caller, given the access that an operation asks for. */
  authenticate(access: Access): Promise<Caller>;
  /** @throws {InvalidInput} for a parameter in the address that is none of tRPC's. */
  refuseParameters(): void;
}

/** Carries an answer through tRPC's own error to its formatter. */
class Answered extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('answered');
    this.answer = answer;
  }
}

/** The headers of the refusals, for example `WWW-Authenticate`. */
export function answeredHeaders(errors: readonly TRPCError[]): Headers {
  const headers = new Headers();
  for (const { cause } of errors) {
    if (!(cause instanceof Answered)) continue;
    for (const [name, value] of Object.entries(cause.answer.headers)) headers.set(name, value);
  }
  return headers;
}

const codes: Readonly<Record<number, TRPCError['code']>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
};

/** Our own texts for tRPC's refusals: its messages may quote the request. */
const ownErrors: Partial<Record<TRPCError['code'], string>> = {
  NOT_FOUND: 'Not Found',
  METHOD_NOT_SUPPORTED: 'Method Not Allowed',
  PARSE_ERROR: 'malformed JSON',
  BAD_REQUEST: 'Not a tRPC request: its input must be JSON, as tRPC sends it',
  UNSUPPORTED_MEDIA_TYPE: 'Content-Type must be application/json',
  PAYLOAD_TOO_LARGE: 'Request body is too large',
};

/** Calls in one request, at most. */
export const maxBatchSize = 20;

/** The detail of an error that tRPC itself raised. */
function ownDetail({ code, message }: TRPCError): string {
  // It shares its code with input that is no JSON; its text is fixed and quotes nothing.
  if (message === 'Batch call exceeds maximum size') {
    return `A batch may hold at most ${maxBatchSize} calls`;
  }
  return ownErrors[code] ?? 'Internal Server Error';
}

/** The facts about a procedure that are known before its input is read. */
export interface ProcedureMeta {
  readonly access: Access;
}

const t = initTRPC
  .context<TrpcContext>()
  .meta<ProcedureMeta>()
  .create({
    errorFormatter({ shape, error }): ErrorShape {
      const answer = error.cause instanceof Answered ? error.cause.answer : null;
      const detail = answer?.detail ?? ownDetail(error);
      // The problem's code; tRPC's own `code` names the status only.
      const problem = answer?.code ? { problem: answer.code } : {};
      const { code, httpStatus } = shape.data;
      const message = typeof detail === 'string' ? detail : 'Invalid input';
      return { code: shape.code, message, data: { code, httpStatus, detail, ...problem } };
    },
  });

export const { router } = t;

/** Passes the input on as it is: the operation parses it, but only after authorization. */
function unparsed<Schema extends InputSchema>() {
  return (input: unknown) => input as z.input<Schema>;
}

/** Wires an operation to a procedure of its kind. */
export function query<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
) {
  return t.procedure
    .meta({ access: operation.access })
    .input(unparsed<Input>())
    .query(({ ctx, input }) => call(operation, ctx, input));
}

/** Wires an operation to a procedure of its kind. */
export function mutation<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
) {
  return t.procedure
    .meta({ access: operation.access })
    .input(unparsed<Input>())
    .mutation(({ ctx, input }) => call(operation, ctx, input));
}

async function call<Input extends InputSchema, Output extends z.ZodType, Prepared>(
  operation: Operation<Input, Output, Prepared>,
  { services, origin, authenticate, refuseParameters }: TrpcContext,
  input: unknown,
): Promise<z.output<Output>> {
  try {
    const caller = await authenticate(operation.access);
    return await execute(operation, services, { caller, origin }, () => {
      refuseParameters();
      return input ?? {};
    });
  } catch (error) {
    const answer = answerTo(error, origin.requestId, (path) => ['body', ...path]);
    reportCause(error, origin.requestId, answer, services);
    const code = codes[answer.status] ?? 'INTERNAL_SERVER_ERROR';
    throw new TRPCError({ code, message: 'answered', cause: new Answered(answer) });
  }
}
