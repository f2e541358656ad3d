import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from './config/config.ts';
import { explain } from './observability/format-error.ts';
import { batchedOutput, createLogger } from './observability/logger.ts';
import { startServer } from './start.ts';

/** Milliseconds for the shutdown, at most, whatever the database does. */
const endMs = 14_000;

/** The server as a process: settings from the environment, one line at the start, a clean end. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'expect-head': { type: 'string' } } });
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.logLevel }, batchedOutput());
  const server = await startServer({
    config,
    expectHead: values['expect-head'] ?? null,
    dataFolder: '.data',
    consoleFolder: join(import.meta.dirname, '..', 'console', 'dist'),
    logger,
  });
  process.stdout.write(`RepoRisk API Access: ${server.url}\n`);
  if (config.clerk === null) {
    const command = 'npm run cli -- session --persona parent-admin';
    process.stdout.write(`Demo mode: sign in there, or get a session token with ${command}\n`);
  }
  const stop = () => {
    setTimeout(() => {
      logger.error('the end took too long: what was under way is cut off');
      process.exit(1);
    }, endMs).unref();
    void server[Symbol.asyncDispose]();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
