import { isDatabaseAway } from '../database/is-database-away.ts';
import { InvalidInput } from '../wire/problem.ts';
import { errorText } from './error-text.ts';

/** The reason why a process cannot go on, in one line for its operator. */
export function explain(error: unknown): string {
  if (error instanceof InvalidInput) {
    const [first] = error.errors;
    return first === undefined ? error.message : `${option(first.path)}: ${first.msg}`;
  }
  // Several addresses were tried: the first one's error is enough.
  if (error instanceof AggregateError && error.message === '') return explain(error.errors[0]);
  const message = error instanceof Error ? errorText(error) : String(error);
  const line = message.split('\n', 1)[0] ?? '';
  return isDatabaseAway(error) ? `the database does not answer: ${line}` : line;
}

/** `clerkId` in the form of a command line: `--clerk-id`. */
function option(path: readonly (string | number)[]): string {
  return `--${path.join('.').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
