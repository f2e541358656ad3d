import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandName } from './config/command-name.ts';
import { type Config, loadConfig } from './config/config.ts';
import { explain } from './observability/format-error.ts';
import { createLogger, serverOutput } from './observability/logger.ts';
import { startServer } from './start.ts';
import { startWorkers } from './workers/parent.ts';
import { joinSiblings, type Siblings } from './workers/worker.ts';

/** Milliseconds for the shutdown, at most, whatever the database does. */
const endMs = 14_000;

const consoleFolder = join(import.meta.dirname, '..', 'console', 'dist');

/** The server as a process: settings from the environment, one line at the start, a clean end. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'expect-head': { type: 'string' } } });
  const expectHead = values['expect-head'] ?? null;
  const config = loadConfig(process.env);
  if (cluster.isWorker) {
    const siblings = await joinSiblings();
    await siblings.ready(await serve({ config, expectHead, siblings }));
    return;
  }
  const url =
    config.workers === 1 ? await serve({ config, expectHead }) : await serveByWorkers(config);
  if (url === null) return;
  process.stdout.write(`RepoRisk API Access: ${url}\n`);
  const hasConsole = existsSync(join(consoleFolder, 'index.html'));
  if (config.clerk === null) {
    const command = `${commandName} session --persona parent-admin`;
    const ways = hasConsole ? 'sign in there, or get' : 'get';
    process.stdout.write(`Demo mode: ${ways} a session token with ${command}\n`);
  }
  if (!hasConsole) {
    process.stdout.write('The API alone, without the console: console/dist has not been built\n');
  }
}

/** Serves in this process until it is told to end; resolves with the address. */
async function serve(options: {
  readonly config: Config;
  readonly expectHead: string | null;
  readonly siblings?: Siblings;
}): Promise<string> {
  const { logLevel, logFormat } = options.config;
  const logger = createLogger({ level: logLevel }, await serverOutput(logFormat));
  const server = await startServer({
    ...options,
    dataFolder: '.data',
    consoleFolder,
    logger,
  });
  // A start leaves garbage, and code that does not run again. V8 keeps both while little happens; a
  // collection of the last resort gives the system a tenth of the memory back. `npm start` exposes it.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  onEnd(() => {
    setTimeout(() => {
      logger.error('the end took too long: what was under way is cut off');
      process.exit(1);
    }, endMs).unref();
    void server[Symbol.asyncDispose]().then(() => {
      if (cluster.isWorker) process.exit();
    });
  });
  return server.url;
}

/** Serves in several processes; null where the first one could not start, and has said why. */
async function serveByWorkers(config: Config): Promise<string | null> {
  const logger = createLogger({ level: config.logLevel }, await serverOutput(config.logFormat));
  const workers = await startWorkers(config.workers, logger);
  if (workers === null) {
    process.exitCode = 1;
    return null;
  }
  onEnd(async () => process.exit(await workers.stop()));
  return workers.url;
}

function onEnd(stop: () => void): void {
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
