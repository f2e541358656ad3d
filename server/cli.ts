import { type Command, parseCommand, UsageError } from './cli/command.ts';
import { createContext } from './cli/context.ts';
import { installationCommands } from './cli/installation.ts';
import { keyCommands } from './cli/keys.ts';
import { organizationCommands } from './cli/organizations.ts';
import { sessionCommands } from './cli/session.ts';
import { subOrgCommands } from './cli/sub-orgs.ts';
import { usageCommands } from './cli/usage.ts';
import { explain } from './explain.ts';

/** The operator's tool: the server's own operations, for whoever may touch its database. */
const commands: readonly Command[] = [
  ...installationCommands,
  ...organizationCommands,
  ...subOrgCommands,
  ...keyCommands,
  ...usageCommands,
  ...sessionCommands,
];

function help(shown: readonly Command[]): string {
  const lines = shown.map(
    ({ name, usage, summary }) => `  ${`${name} ${usage}`.trim()}\n      ${summary}`,
  );
  return [
    'npm run cli -- COMMAND [--json]',
    ...lines,
    'It reads the same environment variables as the server.',
  ].join('\n');
}

function find(args: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const words of [2, 1]) {
    const command = commands.find(({ name }) => name === args.slice(0, words).join(' '));
    if (command !== undefined) return { command, rest: args.slice(words) };
  }
  const name = args.slice(0, 2).join(' ');
  throw new UsageError(`${JSON.stringify(name)} is no command: see --help`);
}

async function main(args: readonly string[]): Promise<void> {
  const words = args.filter((word) => !word.startsWith('-'));
  if (words.length === 0 || words[0] === 'help' || args.includes('--help')) {
    const topic = words
      .filter((word) => word !== 'help')
      .slice(0, 2)
      .join(' ');
    const about = commands.filter(({ name }) => name.startsWith(topic));
    console.log(help(about.length === 0 ? commands : about));
    return;
  }
  const { command, rest } = find(args);
  const given = parseCommand(command, rest);
  await using context = createContext(process.env);
  const { json, text } = await command.run(context, given);
  console.log(given.json ? JSON.stringify(json) : text);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
