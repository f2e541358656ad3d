import { explain } from '../observability/format-error.ts';
import { printable, printableJson } from '../wire/names.ts';
import { auditCommands } from './audit.ts';
import { type Command, parseCommand, textOf, UsageError } from './command.ts';
import { completionCommand } from './completion.ts';
import { createContext } from './context.ts';
import { doctorCommands } from './doctor.ts';
import { help, version } from './help.ts';
import { ImportError } from './import-file.ts';
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
  ...doctorCommands,
  ...organizationCommands,
  ...subOrgCommands,
  ...keyCommands,
  ...auditCommands,
  ...restoreCommands,
  ...usageCommands,
  ...jobCommands,
  ...sessionCommands,
  completionCommand(() => commands),
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
 * @param columns - the width of the terminal; null for a pipe, which gets every cell whole.
 */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  report: (line: string) => void = () => {},
  print: (line: string) => Promise<void> = async () => {},
  columns: number | null = null,
): Promise<Ended> {
  try {
    const words = args.filter((word) => !word.startsWith('-'));
    const asksHelp = args.includes('--help') || args.includes('-h') || isNoun(words);
    if (words.length === 0 || words[0] === 'help' || asksHelp) {
      if (args.includes('--version')) return { code: 0, output: version() };
      const topic = words.filter((word) => word !== 'help');
      return { code: 0, output: help(commands, topic) };
    }
    const { command, rest } = find(args);
    const given = parseCommand(command, rest);
    await using context = createContext(env, report, print);
    const result = await command.run(context, given);
    const isJson = given.json && result.json !== null;
    const output = isJson
      ? printableJson(JSON.stringify(result.json))
      : printable(textOf(result, columns));
    return result.isFailure ? { code: 1, complaint: output } : { code: 0, output };
  } catch (error) {
    const code = error instanceof UsageError ? 2 : 1;
    // Only a file has more than one fault: each is a line.
    const why = error instanceof ImportError ? error.message : explain(error);
    const isJson = args.includes('--json');
    const complaint = isJson ? printableJson(JSON.stringify({ error: why })) : printable(why);
    return { code, complaint };
  }
}

/** Whether one word is all, and begins commands without being one. */
function isNoun(words: readonly string[]): boolean {
  const [noun = '', ...more] = words;
  const isCommand = commands.some(({ name }) => name === noun);
  return more.length === 0 && !isCommand && verbsOf(noun).length > 0;
}

function verbsOf(noun: string): string[] {
  const its = commands.filter(({ name }) => name.startsWith(`${noun} `));
  return its.map(({ name }) => name.slice(noun.length + 1));
}

/** The command, and the rest of the line. `--json` may stand before the command's words, too. */
function find(args: readonly string[]): { command: Command; rest: readonly string[] } {
  const isJson = args.includes('--json');
  const line = args.filter((word) => word !== '--json');
  for (const words of [2, 1]) {
    const command = commands.find(({ name }) => name === line.slice(0, words).join(' '));
    if (command === undefined) continue;
    return { command, rest: [...(isJson ? ['--json'] : []), ...line.slice(words)] };
  }
  const [noun = ''] = line;
  const verbs = verbsOf(noun);
  const instead = verbs.length > 0 ? `${noun} takes ${verbs.join(', ')}` : 'see --help';
  throw new UsageError(`${JSON.stringify(line.slice(0, 2).join(' '))} is no command: ${instead}`);
}
