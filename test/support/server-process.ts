import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { noAnthropic } from './anthropic-server.ts';
import { processEnvironment } from './process-environment.ts';

/**
 * The product as a separate process: `server/main.ts` on a free port, in a private folder, ended at
 * the end of the scope.
 *
 * @param env - its settings; nothing else is inherited but PATH.
 * @param given - the folder of a process before it.
 * @param runtime - the command that runs a program; this Node when absent.
 */
export async function serverProcess(
  env: Readonly<Record<string, string>> = {},
  given?: string,
  [command, ...args]: readonly [string, ...string[]] = [process.execPath],
) {
  await using resources = new AsyncDisposableStack();
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'reporisk-process-')));
  if (given === undefined) resources.defer(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(command, [...args, resolve('server/main.ts')], {
    cwd: folder,
    env: { ...processEnvironment, PORT: '0', ANTHROPIC_BASE_URL: noAnthropic, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[code: number | null]>;
  resources.defer(async () => {
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    await ended;
  });
  let output = '';
  const url = await new Promise<string>((found, failed) => {
    let address: string | undefined;
    const read = (chunk: Buffer) => {
      output += chunk;
      if (address !== undefined) return;
      [, address] = /^RepoRisk API Access: (\S+)$/m.exec(output) ?? [];
      if (address !== undefined) found(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${output}`)));
  });
  const running = resources.move();
  return {
    url,
    folder,
    pid: child.pid ?? 0,
    /** Ends it as the system does where memory runs out. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
    /** Everything that it has written so far. */
    output: () => output,
    /** A session token of a demo persona, which only this process takes. */
    async token(persona: string): Promise<string> {
      const response = await fetch(`${url}/demo/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ persona }),
      });
      return ((await response.json()) as { token: string }).token;
    },
    /** Sends a signal, such as SIGSTOP. */
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    /** Asks it to end; its exit code. */
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
