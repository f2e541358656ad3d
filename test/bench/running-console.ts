import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/start.ts';
import { buildConsole, consoleFolder } from '../support/built-console.ts';

/** Starts the product in demo mode with its console, as `npm start` does; gone with its folder. */
export async function runningConsole(databaseUrl: string) {
  await buildConsole();
  await using resources = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(join(tmpdir(), 'reporisk-bench-'));
  resources.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const config = loadConfig({ PORT: '0', DATABASE_URL: databaseUrl });
  const logger = pino({ level: 'silent' });
  const parts = { config, dataFolder, consoleFolder, logger };
  const { url } = resources.use(await startServer(parts));
  const all = resources.move();
  return { url, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
