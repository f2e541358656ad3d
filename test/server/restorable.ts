import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { run as runCli } from '../../server/cli/run.ts';
import { loadConfig } from '../../server/config.ts';
import { startServer } from '../../server/start.ts';
import { body } from '../support/issued-keys.ts';
import { postgresDatabase } from '../support/postgres.ts';
import type { databaseKinds } from '../support/server.ts';
import { sqliteDatabase } from '../support/sqlite.ts';

/** The secret of every deployment here: 32 bytes. */
export const serverSecret: Buffer = Buffer.alloc(32, 5);

/** A deployment whose database can be restored under its running processes. */
export async function restorable(kind: (typeof databaseKinds)[number]) {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await (kind === 'sqlite' ? sqliteDatabase() : postgresDatabase()));
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-restore-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const env = {
    DATABASE_URL: place.url,
    SERVER_SECRET: serverSecret.toString('base64'),
    FAILED_AUTH_RATE_LIMIT: 'off',
  };
  const all = resources.move();

  async function start(expectHead: string | null = null) {
    const log: string[] = [];
    const server = all.use(
      await startServer({
        ...{ config: loadConfig({ ...env, PORT: '0' }), dataFolder: folder },
        ...{ consoleFolder: folder, expectHead },
        logger: pino({ level: 'error' }, { write: (line: string) => void log.push(line) }),
      }),
    );
    const signedIn = await fetch(`${server.url}/demo/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona: 'parent-admin' }),
    });
    const { token } = await body<{ token: string }>(signedIn);
    const send = (path: string, bearer: string, init: RequestInit = {}) =>
      fetch(server.url + path, {
        ...init,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      });
    return {
      log,
      fetch: (path: string, { json, method }: { json?: unknown; method?: string } = {}) =>
        send(path, token, {
          method: method ?? (json === undefined ? 'GET' : 'POST'),
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        }),
      status: async (key: string) => (await send('/api/v1/key', key)).status,
      readiness: async () => body(await fetch(`${server.url}/readyz`)),
    };
  }

  async function cli(...args: string[]) {
    const lines: string[] = [];
    const ended = await runCli(args, env, undefined, async (line) => void lines.push(line));
    return { ...ended, lines };
  }

  return {
    url: place.url,
    start,
    cli,
    /** A file that holds the whole audit log of now. */
    async journal() {
      const file = join(folder, 'journal.ndjson');
      await writeFile(file, `${(await cli('audit', 'export')).lines.join('\n')}\n`);
      return file;
    },
    async head() {
      const { output } = (await cli('audit', 'verify', '--json')) as { output: string };
      return (JSON.parse(output) as { head: string }).head;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
