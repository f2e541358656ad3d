import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Context } from './context.ts';

/** A command's result: for scripts, and for people. */
export interface Result {
  /** Printed with `--json`; null where the command has printed lines of JSON itself. */
  readonly json: unknown;
  readonly text: string;
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
  /** The number of arguments that are no options. */
  readonly positionals?: number;
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

/** @throws {UsageError} for an unknown option or argument. */
export function parseCommand(command: Command, args: readonly string[]): Given & { json: boolean } {
  const options: ParseArgsOptionsConfig = { json: { type: 'boolean' } };
  for (const name of command.options ?? []) options[name] = { type: 'string' };
  for (const name of command.flags ?? []) options[name] = { type: 'boolean' };
  const { values, positionals } = parse(command, args, options);
  if (positionals.length !== (command.positionals ?? 0)) throw usage(command, 'wrong arguments');
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
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw usage(command, message.split(/\. |\n/, 1)[0] ?? '');
  }
}

function usage({ name, usage }: Command, complaint: string): UsageError {
  return new UsageError(`${complaint} (usage: ${`${name} ${usage}`.trim()})`);
}
