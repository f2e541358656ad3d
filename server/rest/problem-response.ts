import { refusals } from '../../core/mod.ts';
import { isDatabaseAway } from '../database/is-database-away.ts';
import type { Services } from '../operations/operation.ts';
import { withoutKeys } from '../wire/keys-in-text.ts';
import {
  type Detail,
  type FieldError,
  InvalidInput,
  Problem,
  type ProblemCode,
  refused,
} from '../wire/problem.ts';
import { maxFaults } from '../wire/validation.ts';
import { respondJson } from './respond.ts';

/** The caller's answer to an error, and whether the operator must look at it. */
export interface Answer {
  readonly status: number;
  readonly detail: Detail;
  /** The problem's code, for the console: REST's bodies have the text only. */
  readonly code: ProblemCode | null;
  readonly headers: Readonly<Record<string, string>>;
  /** True for a fault of ours, to be logged with its cause. */
  readonly isFault: boolean;
}

/**
 * Turns any error into the caller's answer: one place for every entrance.
 *
 * @param locate - names a rejected field the way this entrance does.
 */
export function answerTo(
  error: unknown,
  requestId: string,
  locate: (path: FieldError['path']) => readonly (string | number)[],
): Answer {
  if (error instanceof InvalidInput) {
    const detail = error.errors.slice(0, maxFaults).map(({ path, part, msg, type, ctx }) => ({
      loc: (part === undefined ? locate(path) : [part, ...path]).map(shown),
      msg,
      type,
      ...(ctx === undefined ? {} : { ctx }),
    }));
    return { status: 422, detail, code: null, headers: {}, isFault: false };
  }
  const problem =
    !(error instanceof Problem) && isDatabaseAway(error) ? refused(refusals.unavailable) : error;
  if (problem instanceof Problem) {
    const { status, message: detail, code, headers } = problem;
    return { status, detail, code, headers, isFault: false };
  }
  const detail = `Internal Server Error (request id ${requestId})`;
  return { status: 500, detail, code: null, headers: {}, isFault: true };
}

/** Characters of a name that are repeated in an answer, at most. */
const longestName = 100;

/** A name that the client chose, with any key in it removed. */
function shown(name: string | number): string | number {
  return typeof name === 'number' ? name : withoutKeys(name).slice(0, longestName);
}

/** Logs the cause of an answer that shows the caller nothing of it. */
export function reportCause(
  error: unknown,
  requestId: string,
  answer: Answer,
  { logger, outages }: Pick<Services, 'logger' | 'outages'>,
): void {
  if (answer.isFault) logger.error({ requestId, err: error }, 'request failed');
  else outages.note(error);
}

/** An answer as an HTTP response. */
export function problemResponse({ status, detail, headers }: Answer): Response {
  return respondJson({ detail }, status, headers);
}
