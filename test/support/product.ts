import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'server', 'main.ts');

/**
 * Starts the product as a process of its own, in an empty folder, on a free port: what `npm start`
 * runs once the console is built.
 *
 * @param env - settings; a SQLite file in that folder unless they name a database.
 */
export async function startProduct(env: Readonly<Record<string, string>> = {}) {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-product-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  resources.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const found = /RepoRisk API Access: (http\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    exited.then(() => reject(new Error(`the product did not start:\n${output}`)));
  });
  const running = resources.move();
  return {
    url,
    folder,
    process: child,
    /** Everything it has printed, its log among it. */
    output: () => output,
    /** Asks it to end; its exit code. */
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A session token of a demo persona. */
export async function demoToken(url: string, persona: string): Promise<string> {
  const response = await fetch(`${url}/demo/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  return ((await response.json()) as { token: string }).token;
}
