import type { TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc';
import type { Detail, ProblemCode } from '../wire/problem.ts';

/** A refused call as tRPC sends it. */
export interface ErrorShape {
  /** JSON-RPC's code for the kind of error. */
  readonly code: TRPC_ERROR_CODE_NUMBER;
  /** The refusal's sentence; `Invalid input` where fields were rejected. */
  readonly message: string;
  readonly data: ErrorData;
}

/** The refusal's facts. */
export interface ErrorData {
  /** tRPC's code, which names the status. */
  readonly code: TRPC_ERROR_CODE_KEY;
  readonly httpStatus: number;
  /** The same text or list as over REST. */
  readonly detail: Detail;
  /** The problem's stable code, where it has one. Match on it, never on the text. */
  readonly problem?: ProblemCode;
}
