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
import { answering } from '../processes/answering.ts';

/**
 * Serves a SQLite file.
 *
 * @param path - the server's database, of which it reads the rows of one organization.
 * @returns its port, and the process's id.
 */
async function start({ path, org }: { readonly path: string; readonly org: string }) {
  const database = new BetterSqlite3(path);
  database.pragma('synchronous = FULL');
  const repos = database.prepare(
    `select id, sub_org_id, url, name, status, created_at, updated_at from repo
     where org_id = ? and environment = 'test' order by id desc limit 51`,
  );
  const keys = database.prepare(
    `select k.id, k.label, k.description, k.sub_org_id, k.scopes, k.created_by, k.created_at,
       k.expires_at, k.revoked_at, s.prefix, s.first4, s.last4, u.last_used_at
     from api_key k join api_key_secret s on s.key_id = k.id left join key_use u on u.key_id = k.id
     where k.org_id = ? and s.retired_at is null and s.retires_at is null
     order by k.created_at desc limit 51`,
  );
  const app = new Hono();
  app.get('/api/v1/key', (c) =>
    c.json({
      ...{ id: 'key_01ARYZ6S41TSV4RRFFQ69G5FAV', label: 'Load', scopes: null, expires_at: null },
      ...{ preview: 'rrk_test_AbCd••••JkEW', environment: 'test', sub_org_id: null },
      organization: { id: org, name: 'Acme Security' },
    }),
  );
  app.get('/api/v1/repos', (c) => c.json({ items: repos.all(org), next_cursor: null }));
  app.get('/api/v1/settings/api-keys', (c) => c.json({ items: keys.all(org), next_cursor: null }));
  const submissions = new BetterSqlite3(`${path}.submissions`);
  submissions.pragma('journal_mode = WAL');
  submissions.pragma('synchronous = FULL');
  submissions.exec('create table submission (id integer primary key, url text, at integer)');
  const insert = submissions.prepare('insert into submission (url, at) values (?, ?) returning id');
  app.post('/api/v1/repos/analyze', async (c) => {
    const { url } = await c.req.json<{ url: string }>();
    const { id } = insert.get(url, Date.now()) as { id: number };
    return c.json({ repo_id: id, job_id: `job_${id}`, status: 'queued' }, 202);
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, pid: process.pid };
}

const commands = { start };

/** The commands of this process. */
export type BareCommands = typeof commands;

answering(commands);
