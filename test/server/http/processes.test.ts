import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { answer, demoIds, issueKey } from '../../support/issued-keys.ts';
import { postgresDatabase } from '../../support/postgres.ts';
import { demoDatabase, onBothDatabases, startServer } from '../../support/server.ts';
import { serverProcess } from '../../support/server-process.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';

const keys = '/api/v1/settings/api-keys';
const as = 'parent-admin';

interface Server {
  readonly url: string;
}

async function status({ url }: Server, raw: string): Promise<number> {
  const headers = { authorization: `Bearer ${raw}` };
  return (await fetch(`${url}/api/v1/key`, { headers })).status;
}

onBothDatabases((kind) => {
  test('what one of two apps takes away, the other refuses on the next request', async () => {
    await using place = await demoDatabase(kind);
    await using one = await startServer({ database: place.url, coherent: true });
    await using other = await startServer({ database: place.url, coherent: true });
    const { mobile } = await demoIds(one);
    const takeAway: [name: string, path: (id: string) => string, options: object][] = [
      ['revoke', (id) => `${keys}/${id}`, { method: 'DELETE' }],
      ['disable', (id) => `${keys}/${id}`, { method: 'PATCH', json: { disabled: true } }],
      ['rotate', (id) => `${keys}/${id}/rotate`, { json: {} }],
      ['archive', () => `/api/v1/settings/sub-orgs/${mobile}/archive`, { method: 'POST' }],
    ];
    for (const [name, path, options] of takeAway) {
      const { id, raw } = await issueKey(one, { sub_org_id: mobile });
      // Both have it in their caches.
      for (const server of [one, other, one, other]) expect(await status(server, raw)).toBe(200);
      expect((await one.fetch(path(id), { as, ...options })).ok).toBe(true);
      expect([name, await status(other, raw), await status(one, raw)]).toEqual([name, 401, 401]);
    }
  });

  test('a 404 for a key that another app has just revoked promises as much as the 204', async () => {
    await using place = await demoDatabase(kind);
    await using one = await startServer({ database: place.url, coherent: true });
    await using other = await startServer({ database: place.url, coherent: true });
    const { id, raw } = await issueKey(one);
    for (const server of [one, other]) expect(await status(server, raw)).toBe(200);
    const revoke = async (server: typeof one) => {
      const response = await server.fetch(`${keys}/${id}`, { as, method: 'DELETE' });
      return [response.status, await status(one, raw), await status(other, raw)];
    };
    const answers = await Promise.all([revoke(one), revoke(other)]);
    expect(answers.map(([first]) => first).sort()).toEqual([204, 404]);
    for (const [, ...refused] of answers) expect(refused).toEqual([401, 401]);
  });
});

describe.each([
  ['SQLite', sqliteDatabase],
  ['PostgreSQL', () => postgresDatabase()],
] as const)('server processes on one %s', (_name, empty) => {
  test('that start at once on an empty database migrate it once, and refuse what another revoked', async () => {
    await using place = await empty();
    const env = {
      DATABASE_URL: place.url,
      SERVER_SECRET: Buffer.alloc(32, 1).toString('base64'),
      LOG_LEVEL: 'warn',
    };
    await using resources = new AsyncDisposableStack();
    const started = await Promise.allSettled([1, 2].map(() => serverProcess(env)));
    const servers = started.flatMap((each) => {
      if (each.status === 'rejected') throw each.reason;
      return [resources.use(each.value)];
    });
    const [one, other] = servers;
    if (one === undefined || other === undefined) throw new Error('two were started');
    const token = await one.token(as);
    const send = (path: string, method: string, json?: object) =>
      fetch(one.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    for (let round = 0; round < 5; round++) {
      const { body } = await answer(send(keys, 'POST', { label: `round ${round}` }));
      for (const server of servers) expect(await status(server, body.raw_key)).toBe(200);
      expect((await send(`${keys}/${body.key.id}`, 'DELETE')).status).toBe(204);
      expect(await status(other, body.raw_key)).toBe(401);
      for (const server of servers) expect(server.output()).not.toContain(body.raw_key);
    }
  });

  test('migrations whose steps interleave leave the tables that one would', async () => {
    await using place = await empty();
    await using databases = new AsyncDisposableStack();
    const open = async () => databases.use(await openAuditedDatabase(place.url));
    const three = await Promise.all([open(), open(), open()]);
    await Promise.all(three.map((database) => database.migrate()));
    const sql = 'select name from mikro_orm_migrations';
    const rows = await three[0].read().execute<{ name: string }[]>(sql);
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });

  test('migrations that several processes run at once leave the tables that one would', async () => {
    await using place = await empty();
    const module = JSON.stringify(resolve('server/audit/audited-database.ts'));
    const script = `
      const { openAuditedDatabase } = await import(${module});
      await using database = await openAuditedDatabase(process.argv[1]);
      await database.migrate();`;
    const run = promisify(execFile);
    const migrate = () => run(process.execPath, ['--input-type=module', '-e', script, place.url]);
    await Promise.all(Array.from({ length: 3 }, migrate));
    await using database = await openAuditedDatabase(place.url);
    await database.migrate();
    const sql = 'select name from mikro_orm_migrations';
    const rows = await database.read().execute<{ name: string }[]>(sql);
    const names = rows.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
  });
});
