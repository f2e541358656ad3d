import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { KeyHour } from '../../../server/database/entities/key-hour.ts';
import { onEachDatabase } from '../../support/databases.ts';
import { processEnvironment } from '../../support/process-environment.ts';

/** The server as a separate process, and a key that it issued. */
async function startProcess(databaseUrl: string) {
  await using resources = new AsyncDisposableStack();
  const cwd = await mkdtemp(join(tmpdir(), 'reporisk-server-'));
  resources.defer(() => rm(cwd, { recursive: true, force: true }));
  const env = {
    ...processEnvironment,
    DATABASE_URL: databaseUrl,
    PORT: '0',
    LOG_LEVEL: 'silent',
    PLATFORM_RATE_LIMIT: 'off',
  };
  const server = spawn(process.execPath, [resolve('server/main.ts')], { cwd, env });
  const exit = once(server, 'exit');
  resources.defer(async () => {
    server.kill('SIGKILL');
    await exit;
  });
  const [line] = await once(createInterface(server.stdout), 'line');
  const url = String(line).replace('RepoRisk API Access: ', '');

  async function post(path: string, body: object, token = '') {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(url + path, {
      method: 'POST',
      headers: token === '' ? { 'content-type': 'application/json' } : headers,
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, string>;
  }
  const { token } = await post('/demo/session', { persona: 'parent-admin' });
  const { raw_key } = await post('/api/v1/settings/api-keys', { label: 'CI' }, token);
  const running = resources.move();
  return {
    async call() {
      const response = await fetch(`${url}/api/v1/key`, {
        headers: { authorization: `Bearer ${raw_key}` },
      });
      await response.text();
      expect(response.status).toBe(200);
    },
    async end(signal: 'SIGTERM' | 'SIGKILL') {
      server.kill(signal);
      return exit;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function storedCalls(url: string): Promise<{ at: number }[]> {
  await using database = await openAuditedDatabase(url);
  const hours = await database.read().find(KeyHour, {});
  const created =
    database.kind === 'sqlite' ? 'created_at' : '(extract(epoch from created_at) * 1000)::float8';
  const calls = await database
    .read()
    .execute<{ at: number }[]>(`select ${created} as at from key_call order by id`);
  expect(hours.reduce((sum, { count }) => sum + count, 0)).toBe(calls.length);
  return calls;
}

onEachDatabase((place) => {
  test('a server that is told to end loses no call', async () => {
    await using where = await place();
    await using server = await startProcess(where.url);
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 50 }, () => server.call()));
    }
    expect(await server.end('SIGTERM')).toEqual([0, null]);
    expect(await storedCalls(where.url)).toHaveLength(500);
  });

  test('a server that is killed loses at most the calls of the last second', async () => {
    await using where = await place();
    await using server = await startProcess(where.url);
    const answered: number[] = [];
    const until = performance.now() + 2_500;
    while (performance.now() < until) {
      await server.call();
      answered.push(Date.now());
    }
    const killed = Date.now();
    await server.end('SIGKILL');
    const stored = await storedCalls(where.url);
    const owed = answered.filter((at) => at < killed - 1_000);
    expect(owed.length).toBeGreaterThan(0);
    expect(stored.length).toBeGreaterThanOrEqual(owed.length);
  });
});
