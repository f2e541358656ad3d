import { readFileSync } from 'node:fs';
import { commandName } from '../config/command-name.ts';
import { type Command, UsageError } from './command.ts';
import { examples } from './examples.ts';

/**
 * The help for a command, for the commands of a noun, or for all: in short for all, with examples for
 * fewer.
 *
 * @param topic - the words before `--help`.
 * @throws {UsageError} where they begin no command.
 */
export function help(commands: readonly Command[], topic: readonly string[]): string {
  const words = topic.slice(0, 2).join(' ');
  const named = commands.filter(({ name }) => name === words || name.startsWith(`${words} `));
  const ofNoun = commands.filter(({ name }) => name.split(' ')[0] === topic[0]);
  const found = named.length > 0 ? named : ofNoun;
  const isAll = topic.length === 0;
  if (!isAll && found.length === 0) throw new UsageError(`${JSON.stringify(words)} is no command`);
  return [
    `${commandName} [--json] COMMAND`,
    ...(isAll ? commands : found).map((command) => described(command, !isAll)),
    'It reads the same environment variables as the server. --help after a word tells more.',
  ].join('\n');
}

function described({ name, usage, summary }: Command, withExamples: boolean): string {
  const lines = [`  ${`${name} ${usage}`.trim()}`, `      ${summary}`];
  if (!withExamples) return lines.join('\n');
  return [...lines, ...(examples[name] ?? []).map((each) => `      $ ${commandName} ${each}`)].join(
    '\n',
  );
}

/** The version of the product. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version: text } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return text;
}
