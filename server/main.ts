import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { loadConfig } from './config.ts';
import { explain } from './explain.ts';
import { startServer } from './start.ts';

/** The server as a process: settings from the environment, one line at the start, a clean end. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'expect-head': { type: 'string' } } });
  const config = loadConfig(process.env);
  const server = await startServer({
    config,
    expectHead: values['expect-head'] ?? null,
    dataFolder: '.data',
    consoleFolder: join(import.meta.dirname, '..', 'console', 'dist'),
    logger: pino({ level: config.logLevel }),
  });
  process.stdout.write(`RepoRisk API Access: ${server.url}\n`);
  if (config.clerk === null) {
    const command = 'npm run cli -- session --persona parent-admin';
    process.stdout.write(`Demo mode: sign in there, or get a session token with ${command}\n`);
  }
  const stop = () => void server[Symbol.asyncDispose]();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
