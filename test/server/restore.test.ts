import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { run as runCli } from '../../server/cli/run.ts';
import { loadConfig } from '../../server/config/config.ts';
import { startServer } from '../../server/start.ts';
import { backup } from '../support/backup.ts';
import { body, issueKey, revokeKey } from '../support/issued-keys.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { type DatabaseKind, onBothDatabases } from '../support/server.ts';
import { sqliteDatabase } from '../support/sqlite.ts';

const SERVER_SECRET = Buffer.alloc(32, 5).toString('base64');
const first = '/api/v1/settings/session';
const refusal = { detail: 'The database was restored. Run "cli restore" first.' };

/** A deployment whose database can be restored under its running processes. */
async function deployment(kind: DatabaseKind) {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await (kind === 'sqlite' ? sqliteDatabase() : postgresDatabase()));
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-restore-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const env = { DATABASE_URL: place.url, SERVER_SECRET, FAILED_AUTH_RATE_LIMIT: 'off' };
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
    /** A file with the whole audit log as of now. */
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

const eventually = { timeout: 30_000, interval: 20 };

vi.setConfig({ testTimeout: 120_000 });

onBothDatabases((kind) => {
  test('a restored database is noticed by every running process, and stays theirs once it is accepted', async () => {
    await using where = await deployment(kind);
    const [one, other] = [await where.start(), await where.start()];
    const [revoked, kept, ofSubOrg] = [
      await issueKey(one),
      await issueKey(one),
      await issueKey(one, { sub_org_id: 1 }),
    ];
    for (const { status } of [one, other]) expect(await status(kept.raw)).toBe(200);
    const before = await backup(where.url);
    await revokeKey(one, revoked.id);
    expect((await one.fetch('/api/v1/settings/sub-orgs/1', { method: 'DELETE' })).status).toBe(204);
    await one.fetch('/api/v1/settings/sub-orgs', { json: { name: 'Lost' } });
    const [seen, journal] = [await where.head(), await where.journal()];
    await before.restore();

    for (const process of [one, other]) {
      await expect.poll(process.readiness, eventually).toEqual({
        ...{ status: 'ready', restored: true },
      });
      const refused = await process.fetch(first);
      expect([refused.status, await refused.json()]).toEqual([503, refusal]);
      // The database's content decides: verification goes on, and no cache answers.
      for (const { raw } of [revoked, kept, ofSubOrg]) expect(await process.status(raw)).toBe(200);
      expect(process.log.join()).toContain(`"foundHead":"${await where.head()}"`);
    }
    expect(one.log.join()).toContain(`"seenHead":"${seen}"`);
    // A process that was started afterwards has no memory of it until the operator has declared the
    // restore.
    const late = await where.start();
    expect(await late.readiness()).toEqual({ status: 'ready' });
    expect(await where.cli('restore')).toMatchObject({ code: 0 });
    await expect.poll(late.readiness, eventually).toMatchObject({ restored: true });
    expect(await where.cli('keys', 'revoke', kept.id)).toMatchObject({
      ...{ code: 1, complaint: refusal.detail },
    });

    const accepted = await where.cli('restore', '--accept', '--journal', journal, '--json');
    expect(accepted.code === 0 && JSON.parse(accepted.output)).toMatchObject({
      ...{ accepted: true, revoked_keys: 2, lost: [{ action: 'subOrgs.create' }] },
    });
    for (const process of [one, other, late]) {
      for (const { raw } of [revoked, ofSubOrg]) expect(await process.status(raw)).toBe(401);
      await expect.poll(process.readiness, eventually).toEqual({ status: 'ready' });
      expect((await process.fetch(first)).status).toBe(200);
      expect(await process.status(kept.raw)).toBe(200);
    }
    await revokeKey(late, kept.id);
    for (const { status } of [one, other, late]) expect(await status(kept.raw)).toBe(401);
    expect((await where.cli('audit', 'verify')).code).toBe(0);
  });

  test('accepting opens management again although the same restore was seen before', async () => {
    await using where = await deployment(kind);
    const one = await where.start();
    expect(await where.cli('restore')).toMatchObject({ code: 0 });
    await expect.poll(one.readiness, eventually).toMatchObject({ restored: true });
    await using database = await openAuditedDatabase(where.url);
    const [pending] = await database
      .read()
      .execute<{ id: string }[]>('select id from restoration where not accepted');
    expect(await where.cli('restore', '--accept')).toMatchObject({ code: 0 });
    await expect.poll(one.readiness, eventually).toEqual({ status: 'ready' });
    // A copy that was taken while it was pending.
    await database
      .read()
      .execute('insert into restoration (id, accepted) values (?, ?)', [pending?.id, false]);
    await expect.poll(one.readiness, eventually).toMatchObject({ restored: true });
    const accepted = await where.cli('restore', '--accept', '--json');
    expect(accepted.code === 0 && JSON.parse(accepted.output).new_head).toBe(await where.head());
    await expect.poll(one.readiness, eventually).toEqual({ status: 'ready' });
  });

  test('a process whose row was deleted joins again, and takes nothing for restored', async () => {
    await using where = await deployment(kind);
    const server = await where.start();
    const { id, raw } = await issueKey(server);
    expect(await server.status(raw)).toBe(200);
    await using database = await openAuditedDatabase(where.url);
    await database.transaction((em) => em.execute('delete from holder'));
    const rows = () => database.read().execute('select 1 from holder');
    await expect.poll(rows, eventually).toHaveLength(1);
    await database.transaction((em) => em.execute("update holder set mark = 'another'"));
    const foreign = () => database.read().execute("select 1 from holder where mark = 'another'");
    await expect.poll(foreign, eventually).toHaveLength(0);
    expect(await server.readiness()).toEqual({ status: 'ready' });
    await revokeKey(server, id);
    expect(await server.status(raw)).toBe(401);
  });

  test('a hand-typed statement that takes history away is noticed as a restore', async () => {
    await using where = await deployment(kind);
    const server = await where.start();
    const { raw } = await issueKey(server);
    await using database = await openAuditedDatabase(where.url);
    await database.transaction((em) => em.execute('update epoch set n = n - 2'));
    await expect.poll(server.readiness, eventually).toMatchObject({ restored: true });
    expect(await where.cli('restore', '--accept')).toMatchObject({ code: 0 });
    await expect.poll(server.readiness, eventually).toEqual({ status: 'ready' });
    expect(await server.status(raw)).toBe(200);
  });

  test('a server starts only on a database that holds the head which the operator expects', async () => {
    await using where = await deployment(kind);
    const server = await where.start();
    const before = await backup(where.url);
    const { raw } = await issueKey(server);
    const head = await where.head();
    const same = await where.start(head);
    expect(await same.status(raw)).toBe(200);
    await before.restore();
    const [seq] = head.split(':');
    await expect(where.start(head)).rejects.toThrow(
      new RegExp(`^The database is not the one of --expect-head: .* does not hold row ${seq} `),
    );
    await expect(where.start('nonsense')).rejects.toThrow(/^--expect-head is "nonsense": it takes/);
  });

  test('a journal is taken only if it follows what the database still holds', async () => {
    await using where = await deployment(kind);
    const server = await where.start();
    const before = await backup(where.url);
    const { id } = await issueKey(server);
    await revokeKey(server, id);
    const { lines } = await where.cli('audit', 'export');
    await before.restore();
    const journal = await where.journal();
    const accept = async (...of: readonly string[]) => {
      await writeFile(journal, of.join('\n'));
      const ended = await where.cli('restore', '--accept', '--journal', journal);
      return ended.code === 0 ? ended.output : ended.complaint;
    };
    const [last = ''] = lines.slice(-1);
    const complaint = 'The journal cannot be used: ';
    expect(await accept('')).toMatch(
      /^The journal cannot be used: it holds no row: take an export/,
    );
    expect(await accept('nonsense')).toBe(`${complaint}line 1 is no row of an audit export`);
    expect(await accept(last)).toMatch(/^The journal cannot be used: row \d+ is missing/);
    expect(await accept(...lines.slice(0, -1), last.replace(id, 'key_other'))).toMatch(
      /^The journal cannot be used: its last row does not follow/,
    );
    expect(await accept(...lines)).toMatch(/^The restore is accepted/);
  });
});
