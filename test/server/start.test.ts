import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { run as runCli } from '../../server/cli/run.ts';
import { loadConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/start.ts';
import { noAnthropic } from '../support/anthropic-server.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { processEnvironment } from '../support/process-environment.ts';
import { sqliteDatabase } from '../support/sqlite.ts';

const logger = pino({ level: 'silent' });
const secrets = [5, 6, 7].map((byte) => Buffer.alloc(32, byte).toString('base64'));
const [first = '', second = '', third = ''] = secrets;

describe.each([
  ['sqlite', sqliteDatabase],
  ['postgresql', () => postgresDatabase()],
])('startServer() on %s', (_kind, database) => {
  test('migrates, seeds the demo, and serves', async () => {
    await using place = await database();
    await using server = await start({ DATABASE_URL: place.url, SERVER_SECRET: first });
    const repos = await call(server.url, '/api/v1/repos', await signIn(server.url));
    expect(repos.status).toBe(200);
    expect(await repos.json()).toMatchObject({ items: { length: 5 } });
  });

  test('carries keys over to a new secret, and starts with no other', async () => {
    await using place = await database();
    const env = { DATABASE_URL: place.url };
    let key: string;
    {
      await using server = await start({ ...env, SERVER_SECRET: first });
      key = await createKey(server.url);
    }
    const lost = start({ ...env, SERVER_SECRET: second });
    await expect(lost).rejects.toThrow(
      'SERVER_SECRET is not the one that this database is used with: ' +
        'it takes that one, or a new one with that one in SERVER_SECRET_PREVIOUS',
    );
    const changing = { ...env, SERVER_SECRET: second, SERVER_SECRET_PREVIOUS: first };
    {
      await using server = await start(changing);
      expect((await call(server.url, '/api/v1/repos', key)).status).toBe(200);
      expect(await secretStatus(changing)).toMatchObject({ current: 0, previous: 1, neither: 0 });
      expect(await runCli(['secret', 'change'], changing)).toMatchObject({ code: 0 });
      expect((await call(server.url, '/api/v1/repos', key)).status).toBe(200);
      await expect
        .poll(() => secretStatus(changing))
        .toMatchObject({ current: 1, previous: 0, neither: 0 });
      expect((await call(server.url, '/api/v1/repos', key)).status).toBe(200);
    }
    await using server = await start({ ...env, SERVER_SECRET: second });
    expect((await call(server.url, '/api/v1/repos', key)).status).toBe(200);
    await expect(start({ ...env, SERVER_SECRET: third })).rejects.toThrow(/^SERVER_SECRET is not/);
  });

  test('refuses demo mode on a database with real organizations', async () => {
    await using place = await database();
    const env = { DATABASE_URL: place.url, SERVER_SECRET: first };
    const added = await runCli('org add --clerk-id org_real --name N --tier 3'.split(' '), env);
    expect(added.code).toBe(0);
    await expect(start(env)).rejects.toThrow(/^demo mode serves only demo organizations/);
  });

  test('a key revoked by the operator is refused on the next request', async () => {
    await using place = await database();
    const env = { DATABASE_URL: place.url, SERVER_SECRET: first };
    await using server = await start(env);
    const key = await createKey(server.url);
    expect((await call(server.url, '/api/v1/repos', key)).status).toBe(200);
    const listed = await runCli(['keys', 'list', '--json'], env);
    const [{ id }] = JSON.parse(listed.code === 0 ? listed.output : '').items;
    expect((await runCli(['keys', 'revoke', id], env)).code).toBe(0);
    expect((await call(server.url, '/api/v1/repos', key)).status).toBe(401);
  });
});

test('startServer() says when the port is taken', async () => {
  await using place = await sqliteDatabase();
  const env = { DATABASE_URL: place.url, SERVER_SECRET: first };
  await using server = await start(env);
  const { port } = new URL(server.url);
  await expect(start({ ...env, PORT: port })).rejects.toThrow(
    `PORT is ${port}: it takes a port that is free`,
  );
});

test('cli session prints a token of a persona, which the running server takes', async () => {
  await using place = await sqliteDatabase();
  await using server = await start({ DATABASE_URL: place.url, SERVER_SECRET: first });
  const env = { PORT: new URL(server.url).port };
  const ended = await runCli(['session', '--persona', 'parent-admin'], env);
  const token = ended.code === 0 ? ended.output : '';
  const session = await call(server.url, '/api/v1/settings/session', token);
  expect(session.status).toBe(200);
});

test('main.ts serves until it is told to stop, and then ends by itself', async () => {
  await using place = await sqliteDatabase();
  const server = startMain(place, { DATABASE_URL: place.url, PORT: '0', LOG_LEVEL: 'silent' });
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
  const { value: line } = await lines.next();
  expect(line).toMatch(/^RepoRisk API Access: http:\/\/127\.0\.0\.1:\d+$/);
  expect((await lines.next()).value).toContain('npm run cli -- session --persona parent-admin');

  const url = String(line).replace('RepoRisk API Access: ', '');
  expect((await call(url, '/api/v1/repos', '')).status).toBe(401);
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

test.each([
  ['json', {}, /^\{"level":30,.*"route":"\/api\/v1\/repos","status":401,.*\}$/],
  [
    'pretty',
    { LOG_FORMAT: 'pretty' },
    /^\[.*\] INFO: request \{.*"route":"\/api\/v1\/repos",.*\}$/,
  ],
])('main.ts logs as %s', async (_format, env, form) => {
  await using place = await sqliteDatabase();
  const server = startMain(place, { DATABASE_URL: place.url, PORT: '0', ...env });
  const lines = createInterface(server.stdout);
  const told: string[] = [];
  for await (const line of lines) {
    told.push(line);
    const [, url] = /^RepoRisk API Access: (.*)$/.exec(line) ?? [];
    if (url === undefined) continue;
    expect((await call(url, '/api/v1/repos', '')).status).toBe(401);
    server.kill('SIGTERM');
  }
  expect(told.filter((line) => form.test(line))).toHaveLength(1);
});

test('main.ts stops at a wrong setting with one line', async () => {
  await using place = await sqliteDatabase();
  const server = startMain(place, { SERVER_SECRET: 'hunter2' });
  const output = Promise.all([text(server.stdout), text(server.stderr)]);
  expect(await once(server, 'exit')).toEqual([1, null]);
  expect(await output).toEqual([
    '',
    'SERVER_SECRET is a value of 7 characters: it takes 32 random bytes in base64 ' +
      '(openssl rand -base64 32)\n',
  ]);
});

test('npm run demo shows the documented exchange', async () => {
  const demo = spawn(process.execPath, ['server/demo.ts'], { env: processEnvironment });
  const output = text(demo.stdout);
  expect(await once(demo, 'exit')).toEqual([0, null]);
  const statuses = [...(await output).matchAll(/^ {2}(\d{3})\b/gm)].map(([, status]) => status);
  expect(statuses).toEqual(['201', '202', '200', '201', '200', '403', '204', '401']);
  expect(await output).toContain('"risk_level":"high"');
  // Each secret is in the one answer that shows it, and nowhere else.
  expect((await output).match(/rrk_live_\w{43}/g)).toHaveLength(1);
  expect((await output).match(/rrk_test_\w{43}/g)).toHaveLength(1);
});

function start(env: Readonly<Record<string, string>>) {
  const consoleFolder = join(import.meta.dirname, 'no-console');
  const config = loadConfig({ PORT: '0', ANTHROPIC_BASE_URL: noAnthropic, ...env });
  return startServer({ config, dataFolder: '.data', consoleFolder, logger });
}

function startMain(place: { readonly path: string }, env: Readonly<Record<string, string>>) {
  const cwd = dirname(place.path);
  const settings = { ...processEnvironment, ANTHROPIC_BASE_URL: noAnthropic, ...env };
  return spawn(process.execPath, [resolve('server/main.ts')], { cwd, env: settings });
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}

function call(url: string, path: string, credential: string, json?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
  const body = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) };
  return fetch(url + path, { headers, ...body });
}

async function signIn(url: string): Promise<string> {
  const response = await call(url, '/demo/session', '', { persona: 'parent-admin' });
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function createKey(url: string): Promise<string> {
  const session = await signIn(url);
  const response = await call(url, '/api/v1/settings/api-keys', session, { label: 'CI' });
  const { raw_key } = (await response.json()) as { raw_key: string };
  return raw_key;
}

async function secretStatus(env: Readonly<Record<string, string>>): Promise<unknown> {
  const ended = await runCli(['secret', 'status', '--json'], env);
  return JSON.parse(ended.code === 0 ? ended.output : ended.complaint);
}
