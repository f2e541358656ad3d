import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { administrator } from '../processes/deployment.ts';
import { silentProxy } from '../processes/silent-proxy.ts';
import { migrated } from '../support/databases.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { processEnvironment } from '../support/process-environment.ts';
import { serverProcess } from '../support/server-process.ts';

const timeout = 60_000;

/** Runs a program of the product to its end. */
async function run(args: readonly string[], databaseUrl: string) {
  const cwd = await mkdtemp(join(tmpdir(), 'reporisk-unreachable-'));
  const [program = '', ...rest] = args;
  const child = spawn(process.execPath, [resolve(program), ...rest], {
    cwd,
    env: { ...processEnvironment, PORT: '0', DATABASE_URL: databaseUrl },
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  await rm(cwd, { recursive: true, force: true });
  return { code, stderr };
}

const programs = [['server/main.ts'], ['server/cli/main.ts', 'org', 'list']];

/** One line, and nothing that follows only after an answer. */
async function expectGivingUp(databaseUrl: string, line: RegExp): Promise<void> {
  const ends = await Promise.all(programs.map((args) => run(args, databaseUrl)));
  for (const { code, stderr } of ends) {
    expect(code).toBe(1);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
}

describe.concurrent('the server and the command line give up with one line', () => {
  test('where PostgreSQL accepts a connection and never answers', { timeout }, async () => {
    await using place = await postgresDatabase();
    await using proxy = await silentProxy(place.url);
    proxy.fallSilent();
    await expectGivingUp(proxy.url, /^the database does not answer: /);
  });

  test('where another process goes on bringing the tables up to date', { timeout }, async () => {
    await using place = await postgresDatabase();
    await using admin = await administrator(place.url);
    await admin.rows('select pg_advisory_lock($1, $2)', [0x72726b, 0x6d6967]);
    await expectGivingUp(
      place.url,
      /^another process has been bringing the tables up to date for 10 seconds: /,
    );
  });

  test('where another process keeps the SQLite file locked', { timeout }, async () => {
    await using place = await migrated.SQLite();
    const other = new BetterSqlite3(place.url.slice('sqlite:'.length));
    other.exec('begin immediate');
    const { code, stderr } = await run(['server/main.ts'], place.url);
    other.close();
    expect([code, stderr]).toEqual([1, 'the database does not answer: database is locked\n']);
  });

  test('where the database is not encoded in UTF-8', { timeout }, async () => {
    await using place = await postgresDatabase();
    await using admin = await administrator(place.url);
    const { pathname } = new URL(place.url);
    const name = `${pathname.slice(1)}_latin1`;
    await admin.rows(`create database ${name} encoding 'LATIN1' template template0`);
    const ends = await run(['server/main.ts'], place.url.replace(pathname, `/${name}`));
    await admin.rows(`drop database ${name} with (force)`);
    expect(ends).toEqual({
      code: 1,
      stderr: 'the database is encoded in LATIN1: it takes one in UTF8\n',
    });
  });
});

test.concurrent('SIGTERM ends a server although PostgreSQL does not answer', {
  timeout,
}, async () => {
  await using place = await postgresDatabase();
  await using proxy = await silentProxy(place.url);
  await using server = await serverProcess({ DATABASE_URL: proxy.url });
  const session = await server.token('parent-admin');
  proxy.fallSilent();
  const request = fetch(`${server.url}/api/v1/settings/api-keys`, {
    headers: { authorization: `Bearer ${session}` },
  }).catch(() => null);
  expect([0, 1]).toContain(await server.stop());
  await request;
});
