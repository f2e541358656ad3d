import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../support/free-port.ts';

/** A private Redis, gone at the end of the scope; null when redis-server is not installed. */
export async function redisServer(port?: number) {
  const listening = port ?? (await freePort());
  const options = [
    '--port',
    `${listening}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  if (!(await isReady(server))) return null;
  return {
    port: listening,
    url: `redis://127.0.0.1:${listening}`,
    async [Symbol.asyncDispose]() {
      const exit = once(server, 'exit');
      server.kill('SIGKILL');
      await exit;
    },
  };
}

function isReady(server: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let log = '';
    server.stdout?.on('data', (chunk) => {
      log += chunk;
      if (log.includes('Ready to accept connections')) resolve(true);
    });
    server.once('error', () => resolve(false));
    server.once('exit', () => resolve(false));
  });
}
