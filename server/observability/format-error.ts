import { isDatabaseAway } from '../database/is-database-away.ts';
import { InvalidInput } from '../wire/problem.ts';
import { errorText } from './error-text.ts';

/** The reason why a process cannot go on, in one line for its operator. */
export function explain(error: unknown): string {
  if (error instanceof InvalidInput) {
    const [first] = error.errors;
    return first === undefined ? error.message : `${option(first.path)}: ${first.msg}`;
  }
  // Fetch's own error: its cause tells more, and is no database's.
  if (error instanceof TypeError && error.cause instanceof Error) return lineOf(error.cause);
  const line = lineOf(error);
  return isDatabaseAway(error) ? `the database does not answer: ${line}` : line;
}

/** An error's first line; that of the first error where several addresses were tried. */
function lineOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return lineOf(error.errors[0]);
  const message = error instanceof Error ? errorText(error) : String(error);
  return message.split('\n', 1)[0] ?? '';
}

/** `clerkId` in the form of a command line: `--clerk-id`. */
function option(path: readonly (string | number)[]): string {
  return `--${path.join('.').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
