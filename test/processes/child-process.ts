import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Command, Commands, Reply } from './answering.ts';

/** A separate process that answers commands; killed at the end of the scope. */
export interface Child<Known extends Commands> extends AsyncDisposable {
  /** Asks it something. Asked of a stopped process, it is answered when the process goes on. */
  ask<Name extends keyof Known & string>(
    name: Name,
    argument: Parameters<Known[Name]>[0],
  ): Promise<Awaited<ReturnType<Known[Name]>>>;
  /** Sends a signal, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void;
  /** Kills it without a chance to say goodbye. */
  kill(): Promise<void>;
}

/**
 * Starts a program of this folder.
 *
 * @param program - its file, which calls `answering`.
 * @param settings - JSON, its only argument.
 */
export function startChild<Known extends Commands>(
  program: string,
  settings: object,
): Child<Known> {
  const path = new URL(program, import.meta.url);
  // The test runner's flags and environment are not passed on.
  const child = fork(path, [JSON.stringify(settings)], { execArgv: [], env: {} });
  const gone = whenGone(child);
  const open = new Map<number, (reply: Reply) => void>();
  let asked = 0;
  child.on('message', (reply: Reply) => {
    open.get(reply.n)?.(reply);
    open.delete(reply.n);
  });

  async function answer(command: Command): Promise<never> {
    const reply = new Promise<Reply>((resolve) => open.set(command.n, resolve));
    child.send(command);
    const first = await Promise.race([reply, gone]);
    if (typeof first === 'string') throw new Error(`${program} is gone: ${first}`);
    if ('error' in first) throw new Error(`${program}, ${command.name}: ${first.error}`);
    return first.value as never;
  }

  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  return {
    ask: (name, argument) => answer({ n: ++asked, name, argument }),
    signal: (signal) => void child.kill(signal),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

async function whenGone(child: ChildProcess): Promise<string> {
  const [code, signal] = await once(child, 'exit');
  return signal ?? `exit code ${code}`;
}
