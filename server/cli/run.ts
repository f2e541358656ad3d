import { commandName } from '../config/command-name.ts';
import { explain } from '../observability/format-error.ts';
import { printable, printableJson } from '../wire/names.ts';
import { auditCommands } from './audit.ts';
import { type Command, parseCommand, UsageError } from './command.ts';
import { createContext } from './context.ts';
import { installationCommands } from './installation.ts';
import { jobCommands } from './jobs.ts';
import { keyCommands } from './keys.ts';
import { organizationCommands } from './organizations.ts';
import { restoreCommands } from './restore.ts';
import { sessionCommands } from './session.ts';
import { subOrgCommands } from './sub-orgs.ts';
import { usageCommands } from './usage.ts';

const commands: readonly Command[] = [
  ...installationCommands,
  ...organizationCommands,
  ...subOrgCommands,
  ...keyCommands,
  ...auditCommands,
  ...restoreCommands,
  ...usageCommands,
  ...jobCommands,
  ...sessionCommands,
];

/** The end of a run: a text for standard output, or one line for standard error. */
export type Ended =
  | { readonly code: 0; readonly output: string }
  /** 2 when the command line is wrong, 1 for everything else. */
  | { readonly code: 1 | 2; readonly complaint: string };

/**
 * Runs one command to its end.
 *
 * @param args - the command line after the program's name.
 * @param env - the settings, as the server reads them.
 * @param report - gets the progress of a long task, in one line.
 * @param print - writes a line to standard output, before the run has ended.
 */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  report: (line: string) => void = () => {},
  print: (line: string) => Promise<void> = async () => {},
): Promise<Ended> {
  try {
    const words = args.filter((word) => !word.startsWith('-'));
    if (words.length === 0 || words[0] === 'help' || args.includes('--help')) {
      return { code: 0, output: help(words.filter((word) => word !== 'help')) };
    }
    const { command, rest } = find(args);
    const given = parseCommand(command, rest);
    await using context = createContext(env, report, print);
    const { json, text } = await command.run(context, given);
    const isJson = given.json && json !== null;
    return { code: 0, output: isJson ? printableJson(JSON.stringify(json)) : printable(text) };
  } catch (error) {
    return { code: error instanceof UsageError ? 2 : 1, complaint: printable(explain(error)) };
  }
}

function find(args: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const words of [2, 1]) {
    const command = commands.find(({ name }) => name === args.slice(0, words).join(' '));
    if (command !== undefined) return { command, rest: args.slice(words) };
  }
  throw new UsageError(`${JSON.stringify(args.slice(0, 2).join(' '))} is no command: see --help`);
}

/** The help for the named commands, or for all. */
function help(topic: readonly string[]): string {
  const named = commands.filter(({ name }) => name.startsWith(topic.slice(0, 2).join(' ')));
  const lines = (named.length === 0 ? commands : named).map(
    ({ name, usage, summary }) => `  ${`${name} ${usage}`.trim()}\n      ${summary}`,
  );
  return [
    `${commandName} COMMAND [--json]`,
    ...lines,
    'It reads the same environment variables as the server.',
  ].join('\n');
}
