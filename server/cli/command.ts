import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Context } from './context.ts';

/** A command's result: for scripts, and for people. */
export interface Result {
  /** Printed with `--json`; null where the command has printed lines of JSON itself. */
  readonly json: unknown;
  /** For a terminal of so many columns; null for a pipe. */
  readonly text: string | ((columns: number | null) => string);
  /** True where the command did its work and found a failure: the exit code is then 1. */
  readonly isFailure?: boolean;
}

/** A result's text; see `Result`. */
export function textOf({ text }: Result, columns: number | null): string {
  return typeof text === 'string' ? text : text(columns);
}

/** One command of the operator's tool. */
export interface Command {
  /** For example `org add`. */
  readonly name: string;
  /** The arguments after the name, for the help text. */
  readonly usage: string;
  readonly summary: string;
  /** Options that take a value. */
  readonly options?: readonly string[];
  /** Options that take none. */
  readonly flags?: readonly string[];
  /** The names of the arguments that are no options; each is needed. */
  readonly positionals?: readonly string[];
  run(context: Context, given: Given): Promise<Result>;
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The options and arguments of a command. */
export interface Given {
  readonly positionals: readonly string[];
  /** An option's value, where it was given. */
  option(name: string): string | undefined;
  /** An option's value. @throws {UsageError} without one. */
  needed(name: string): string;
  /** Whether an option that takes no value was given. */
  flag(name: string): boolean;
  /** The error for options that exclude each other. */
  wrong(complaint: string): UsageError;
}

/** @throws {UsageError} for an unknown option or argument, and for a value given twice. */
export function parseCommand(command: Command, args: readonly string[]): Given & { json: boolean } {
  const options: ParseArgsOptionsConfig = { json: { type: 'boolean' } };
  for (const name of command.options ?? []) options[name] = { type: 'string' };
  for (const name of command.flags ?? []) options[name] = { type: 'boolean' };
  const { values, positionals, tokens } = parse(command, args, options);
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = given.find(
    (name, at) => options[name]?.type === 'string' && given.indexOf(name) !== at,
  );
  if (twice !== undefined) throw usage(command, `--${twice} is given more than once`);
  const { positionals: names = [] } = command;
  const absent = names[positionals.length];
  if (absent !== undefined) throw usage(command, `${absent} is missing`);
  const extra = positionals[names.length];
  if (extra !== undefined) {
    throw usage(command, `${JSON.stringify(extra)} is one argument too many`);
  }
  const option = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    json: values.json === true,
    positionals,
    option,
    needed(name) {
      const value = option(name);
      if (value === undefined) throw usage(command, `--${name} is missing`);
      return value;
    },
    flag: (name) => values[name] === true,
    wrong: (complaint) => usage(command, complaint),
  };
}

function parse(command: Command, args: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, tokens: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw usage(command, message.split(/\. |\n/, 1)[0] ?? '');
  }
}

function usage({ name, usage }: Command, complaint: string): UsageError {
  return new UsageError(`${complaint} (usage: ${`${name} ${usage}`.trim()})`);
}
