/**
 * The answers of a hand-written app: the same rows by one prepared statement each, a submission by
 * one insert and its sync, without a credential, a limit, a log or a record of use. A separate process, as the server is.
 *
 * @module
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import BetterSqlite3 from 'better-sqlite3';
import { Hono } from 'hono';
import pg from 'pg';
import { answering } from '../processes/answering.ts';

const repos = `select id, sub_org_id, url, name, status, created_at, updated_at from repo
  where org_id = ? and environment = 'test' order by id desc limit 51`;

const keys = `select k.id, k.label, k.description, k.sub_org_id, k.scopes, k.created_by, k.created_at,
    k.expires_at, k.revoked_at, s.prefix, s.first4, s.last4, u.last_used_at
  from api_key k join api_key_secret s on s.key_id = k.id left join key_use u on u.key_id = k.id
  where k.org_id = ? and s.retired_at is null and s.retires_at is null
  order by k.created_at desc limit 51`;

/** Runs a prepared statement. */
type Query = (values: readonly unknown[]) => unknown;

/** The two lists of an organization, and an insert that returns its row; on one database. */
interface Statements {
  readonly repos: Query;
  readonly keys: Query;
  readonly insert: Query;
}

const table = (id: string) =>
  `create table submission (id ${id}, url text not null, at bigint not null)`;
const insert = 'insert into submission (url, at) values (?, ?) returning id';

function onSqlite(path: string): Statements {
  const database = new BetterSqlite3(path);
  database.pragma('synchronous = FULL');
  const submissions = new BetterSqlite3(`${path}.submissions`);
  submissions.pragma('journal_mode = WAL');
  submissions.pragma('synchronous = FULL');
  submissions.exec(table('integer primary key'));
  const prepare = (on: BetterSqlite3.Database, sql: string): Query => {
    const statement = on.prepare(sql);
    return (values) => statement.all(...values);
  };
  return {
    repos: prepare(database, repos),
    keys: prepare(database, keys),
    insert: prepare(submissions, insert),
  };
}

async function onPostgresql(url: string): Promise<Statements> {
  const pool = new pg.Pool({ connectionString: url });
  await pool.query('create schema bare');
  await pool.query(table('bigint generated always as identity').replace('submission', 'bare.$&'));
  const prepare = (name: string, sql: string): Query => {
    let parameters = 0;
    const text = sql.replaceAll('?', () => `$${++parameters}`).replace('into ', 'into bare.');
    return async (values) => (await pool.query({ name, text, values: [...values] })).rows;
  };
  return {
    repos: prepare('repos', repos),
    keys: prepare('keys', keys),
    insert: prepare('insert', insert),
  };
}

/**
 * Serves a database.
 *
 * @param databaseUrl - of the server, whose rows of one organization it reads.
 * @returns its port, and the process's id.
 */
async function start({ databaseUrl, org }: { readonly databaseUrl: string; readonly org: string }) {
  const sqlitePath = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  const statements =
    sqlitePath === undefined ? await onPostgresql(databaseUrl) : onSqlite(sqlitePath);
  const app = new Hono();
  app.get('/api/v1/key', (c) =>
    c.json({
      ...{ id: 'key_01ARYZ6S41TSV4RRFFQ69G5FAV', label: 'Load', scopes: null, expires_at: null },
      ...{ preview: 'rrk_test_AbCd••••JkEW', environment: 'test', sub_org_id: null },
      organization: { id: org, name: 'Acme Security' },
    }),
  );
  for (const list of ['repos', 'keys'] as const) {
    const path = list === 'repos' ? '/api/v1/repos' : '/api/v1/settings/api-keys';
    app.get(path, async (c) => c.json({ items: await statements[list]([org]), next_cursor: null }));
  }
  app.post('/api/v1/repos/analyze', async (c) => {
    const { url } = await c.req.json<{ url: string }>();
    const [row] = (await statements.insert([url, Date.now()])) as [{ id: number }];
    return c.json({ repo_id: row.id, job_id: `job_${row.id}`, status: 'queued' }, 202);
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, pid: process.pid };
}

const commands = { start };

/** The commands of this process. */
export type BareCommands = typeof commands;

answering(commands);
