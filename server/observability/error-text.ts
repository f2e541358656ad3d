import { ValidationError } from '@mikro-orm/core';
import { withoutKeys } from '../wire/keys-in-text.ts';

/**
 * Codes of a database's errors whose first line names tables, columns and constraints at most.
 * PostgreSQL's other messages may quote a value (`invalid input syntax for type integer: "…"`), and
 * SQLite's the text of a statement, in which the ORM writes values.
 */
const harmless = new RegExp(
  `^(${[
    // PostgreSQL: connections, states, rights, names, resources, its machine; broken constraints.
    '(08|23|25|28|3D|40|53|55|57|58)\\w{3}|42(?!601)\\w{3}',
    // Raised by the migrations.
    'P0001',
    'SQLITE_(?!ERROR$)\\w+',
  ].join('|')})$`,
);

/** SQLite's messages under its general code that name only a table or a column. */
const harmlessInSqlite = /^(no such (table|column): [\w.]+|table \w+ has no column named \w+)$/;

/** Whether a database made the error: pg's have a severity, SQLite's their own code. */
function isOfDatabase(error: Error): boolean {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof severity === 'string' || /^SQLITE_/.test(String(code));
}

/**
 * The message of an error, without values of a row or a statement. Every message for the operator
 * comes from here: a database's own quote the row (`Key (id)=(…) already exists`), and the ORM's
 * the condition (`ApiKey not found ({ id: … })`).
 *
 * @returns the first line of a database's message, or its code alone; any other message without the
 * API keys in it.
 */
export function errorText(error: Error): string {
  if (error instanceof ValidationError)
    return 'the ORM refused what it was given, or found nothing';
  if (!isOfDatabase(error)) return withoutKeys(error.message);
  const code = String((error as { code?: unknown }).code);
  const [line = ''] = error.message.split('\n', 1);
  const isHarmless = harmless.test(code) || harmlessInSqlite.test(line);
  return isHarmless ? line : `the database refused a statement (${code})`;
}

/** The lines of a stack that name places, which hold nothing of the message. */
export function placesOf({ stack = '', message }: Error): string {
  const places = stack.replaceAll(message, '').match(/^ +at .*$/gm) ?? [];
  return places.join('\n');
}

/** Emits a process warning on standard error, for an embedding service that gave no `onError`. */
export function warn(error: unknown): void {
  if (!(error instanceof Error)) process.emitWarning(String(error));
  else process.emitWarning(errorText(error), { type: error.name, detail: placesOf(error) });
}
