import pg from 'pg';
import { expect, test } from 'vitest';
import { generateKey } from '../../../core/mod.ts';
import type { AuditedDatabase } from '../../../server/audit/audited-database.ts';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { demoDatabase, onBothDatabases, startServer, startServerOn } from '../../support/server.ts';

const away = { status: 503, body: { detail: 'Service temporarily unavailable, retry shortly' } };
const secretOfTheCause = 'no such table: the secret of the cause';

/** Calls of every plane, each of which asks the database. */
const calls = [
  { path: '/api/v1/repos', plane: 'key' },
  { path: '/api/v1/key', plane: 'key' },
  { path: '/auth/verify', plane: 'key' },
  { path: '/api/v1/repos', plane: 'session' },
  { path: '/api/v1/settings/session', plane: 'session' },
  { path: '/api/v1/settings/api-keys', plane: 'session' },
  { path: '/api/v1/settings/api-keys', plane: 'session', json: { label: 'CI' } },
  { path: '/api/v1/repos/analyze', plane: 'key', json: { url: 'https://git.invalid/a/b' } },
] as const;

/** A database whose every answer is an error while `error` gives one. */
function failing(error: () => Error | null) {
  return (database: AuditedDatabase): AuditedDatabase => ({
    ...database,
    // A getter of the original, so it must be read from there.
    get keys() {
      return database.keys;
    },
    read() {
      const fault = error();
      if (fault !== null) throw fault;
      return database.read();
    },
    rows: {
      dialect: database.rows.dialect,
      all: async (sql, values) => {
        const fault = error();
        if (fault !== null) throw fault;
        return database.rows.all(sql, values);
      },
      planned: async (sql, values) => {
        const fault = error();
        if (fault !== null) throw fault;
        return database.rows.planned(sql, values);
      },
    },
    transaction(work) {
      const fault = error();
      return fault === null ? database.transaction(work) : Promise.reject(fault);
    },
  });
}

onBothDatabases((kind) => {
  test('500 says a request id and nothing of the cause, which the log has', async () => {
    let fault: Error | null = null;
    await using server = await startServerOn(kind, { wrap: failing(() => fault) });
    fault = new Error(secretOfTheCause);
    for (const path of ['/api/v1/repos', '/api/v1/settings/session']) {
      const response = await server.fetch(path, { as: 'parent-admin' });
      const id = response.headers.get('x-request-id');
      expect(await answer(response)).toEqual({
        status: 500,
        body: { detail: `Internal Server Error (request id ${id})` },
      });
      const logged = server.log.filter((line) => line.includes(id ?? 'no id'));
      expect(logged.join('\n')).toContain(secretOfTheCause);
    }
    const trpc = await server.fetch('/trpc/session.get', { as: 'parent-admin' });
    const { status, body } = await answer(trpc);
    expect(status).toBe(500);
    expect(body.error.data.detail).toMatch(/^Internal Server Error \(request id req_\w{26}\)$/);
    expect(JSON.stringify(body)).not.toContain('cause');
    expect(body.error.data.stack).toBeUndefined();
  });

  test('a table that is gone is 500 for management and 503 for keys, without a word of it', async () => {
    await using server = await startServerOn(kind);
    const { raw } = await issueKey(server);
    await server.database.read().execute('drop table api_key_secret');
    const managed = await answer(server.fetch('/api/v1/settings/api-keys', { as: 'parent-admin' }));
    expect(managed.status).toBe(500);
    expect(JSON.stringify(managed.body)).not.toMatch(/table|relation|api_key_secret/i);
    const used = await answer(server.fetch('/api/v1/repos', { as: raw }));
    expect(used).toEqual(away);
    expect(server.log.filter((line) => line.includes(raw))).toEqual([]);
  });
});

test('503 with Retry-After on every plane while PostgreSQL is away, and malformed keys are still 401', async () => {
  const place = await demoDatabase('postgresql');
  await using server = await startServer({ database: place.url });
  const { raw } = await issueKey(server);
  const session = server.token('parent-admin');
  // Dropped with force: every connection ends, and no new one is let in.
  await place[Symbol.asyncDispose]();
  for (const { path, plane, ...content } of calls) {
    const as = plane === 'key' ? raw : session;
    const response = await server.fetch(path, { as, ...content });
    expect([path, plane, response.status]).toEqual([path, plane, 503]);
    expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await response.json()).toEqual(away.body);
  }
  const unknown = await server.fetch('/api/v1/repos', { as: generateKey().key });
  expect(unknown.status).toBe(503);
  const malformed = await server.fetch('/api/v1/repos', { as: `${raw.slice(0, -1)}!` });
  expect(malformed.status).toBe(401);
  const trpc = await server.fetch('/trpc/session.get', { as: session });
  expect([trpc.status, trpc.headers.get('retry-after')]).toEqual([503, '1']);
  expect(JSON.stringify(await trpc.json())).not.toMatch(/database|postgres/i);
});

test('auth/verify turns 503 into 403 with X-RepoRisk-Status for nginx, and nothing else', async () => {
  const place = await demoDatabase('postgresql');
  await using server = await startServer({ database: place.url });
  const { raw } = await issueKey(server);
  expect((await server.fetch('/auth/verify?proxy=nginx', { as: raw })).status).toBe(200);
  await place[Symbol.asyncDispose]();
  const nginx = await server.fetch('/auth/verify?proxy=nginx', { as: raw });
  expect([nginx.status, nginx.headers.get('x-reporisk-status')]).toEqual([403, '503']);
  const other = await server.fetch('/auth/verify', { as: raw });
  expect([other.status, other.headers.get('x-reporisk-status')]).toEqual([503, null]);
  const malformed = await server.fetch('/auth/verify?proxy=nginx', { as: 'x' });
  expect([malformed.status, malformed.headers.get('x-reporisk-status')]).toEqual([401, null]);
});

test('auth/verify turns 500 into 403 for nginx, and says which it was', async () => {
  let fault: Error | null = null;
  await using server = await startServerOn('sqlite', { wrap: failing(() => fault) });
  const { raw: as } = await issueKey(server);
  fault = new Error(secretOfTheCause);
  const nginx = await server.fetch('/auth/verify?sub_org_id=1&proxy=nginx', { as });
  expect([nginx.status, nginx.headers.get('x-reporisk-status')]).toEqual([403, '500']);
  expect(await nginx.text()).toMatch(/^{"detail":"Internal Server Error \(request id req_\w+\)"}$/);
  expect((await server.fetch('/auth/verify?sub_org_id=1', { as })).status).toBe(500);
});

test('the server goes on by itself once PostgreSQL is back', async () => {
  await using kept = await demoDatabase('postgresql');
  await using server = await startServer({ database: kept.url });
  const { raw } = await issueKey(server);
  const { href, pathname } = new URL(kept.url);
  const client = new pg.Client({ connectionString: href.replace(pathname, '/postgres') });
  await client.connect();
  // A restart does this to the connections of a pool.
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
    pathname.slice(1),
  ]);
  await client.end();
  const statuses = [];
  for (let time = 0; time < 3; time++) {
    statuses.push((await server.fetch('/api/v1/repos', { as: raw })).status);
  }
  for (const status of statuses) expect([200, 503]).toContain(status);
  expect(statuses.at(-1)).toBe(200);
});
