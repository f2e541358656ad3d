import { fileURLToPath } from 'node:url';
import { type Command, UsageError } from './command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Makes the command that prints the completion of a shell.
 *
 * @param all - gives every command, this one included.
 */
export function completionCommand(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: 'bash',
    summary: 'Print the command "reporisk" for bash, with its completion: source it',
    positionals: ['SHELL'],
    async run(_context, { positionals: [shell] }) {
      if (shell !== 'bash') throw new UsageError('SHELL takes bash');
      const text = bash(all());
      return { json: { script: text }, text };
    },
  };
}

function bash(commands: readonly Command[]): string {
  const nouns = new Set(commands.map(({ name }) => name.split(' ')[0] ?? name));
  const optionsOf = ({ options = [], flags = [] }: Command) =>
    [...options, ...flags, 'json', 'help'].map((option) => `--${option}`).join(' ');
  const verbsOf = (noun: string) =>
    commands.flatMap(({ name }) =>
      name.startsWith(`${noun} `) ? [name.slice(noun.length + 1)] : [],
    );
  const cases = [
    // What follows a command's own words is an option of it.
    ...commands.map((command) => [`${JSON.stringify(command.name)}*`, optionsOf(command)]),
    ...[...nouns].map((noun) => [JSON.stringify(noun), verbsOf(noun).join(' ')]),
  ];
  const lines = cases
    .filter(([, words]) => words !== '')
    .map(([pattern, words]) => `    ${pattern}) words=${JSON.stringify(words)} ;;`);
  return `reporisk() { npm --prefix ${JSON.stringify(root)} run --silent cli -- "$@"; }
_reporisk() {
  local typed="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words
  case "$typed" in
    "") words=${JSON.stringify([...nouns].join(' '))} ;;
${lines.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _reporisk reporisk`;
}
