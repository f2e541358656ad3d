import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKey } from '../../core/mod.ts';
import { run as runCli } from '../../server/cli/run.ts';
import type { Place } from '../support/databases.ts';
import { postgresDatabase } from '../support/postgres.ts';
import { serverProcess } from '../support/server-process.ts';
import { sqliteDatabase } from '../support/sqlite.ts';

const settings = '/api/v1/settings';
const [oldSecret = '', newSecret = ''] = [5, 6].map((byte) =>
  Buffer.alloc(32, byte).toString('base64'),
);
const onlyOld = { SERVER_SECRET: oldSecret };
const both = { SERVER_SECRET: newSecret, SERVER_SECRET_PREVIOUS: oldSecret };
const onlyNew = { SERVER_SECRET: newSecret };
type Secrets = typeof onlyOld | typeof both;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A deployment of two server processes whose secrets are changed one by one, under load. */
async function deploy(url: string) {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-secret-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const limits = { FAILED_AUTH_RATE_LIMIT: 'off', PLATFORM_RATE_LIMIT: 'off' };
  const common = { DATABASE_URL: url, LOG_LEVEL: 'warn', ...limits };
  type Node = Awaited<ReturnType<typeof serverProcess>>;
  const nodes: (Node | null)[] = [null, null];
  resources.defer(async () => {
    for (const node of nodes) await node?.[Symbol.asyncDispose]();
  });
  /** The status of each secret from now on. */
  const expected = new Map<string, 200 | 401>();
  const wrong: unknown[] = [];
  let loads = 0;
  let turns = 0;
  let isLoaded = true;

  const statusOf = async (node: Node, raw: string) => {
    const headers = { authorization: `Bearer ${raw}` };
    return (await fetch(`${node.url}/api/v1/key`, { headers })).status;
  };

  async function load(): Promise<void> {
    while (isLoaded) {
      for (const [raw, status] of [...expected]) {
        for (const [index, node] of nodes.entries()) {
          if (node === null) continue;
          const answered = await statusOf(node, raw).catch(() => null);
          loads += 1;
          // A key that was changed while the request was in flight may go either way, and a node
          // may end.
          const isSettled = expected.get(raw) === status && nodes[index] === node;
          if (isSettled && answered !== status) wrong.push([index, answered, status, raw]);
        }
      }
      await new Promise((next) => setImmediate(next));
    }
  }

  const running = resources.move();
  let loading: Promise<void> | null = null;
  return {
    expected,
    wrong,
    loads: () => loads,
    turn: () => turns++ % 2 === 0,
    async start(index: 0 | 1, secrets: Secrets) {
      const leaving = nodes[index] ?? null;
      nodes[index] = null;
      if (leaving !== null) expect(await leaving.stop()).toBe(0);
      nodes[index] = await serverProcess({ ...common, ...secrets });
      loading ??= load();
    },
    /** The admin's request to one node. */
    async ask(index: 0 | 1, path: string, json?: object, method = json ? 'POST' : 'GET') {
      const node = nodes[index];
      if (node == null) throw new Error('the node is not running');
      const response = await fetch(node.url + path, {
        method,
        headers: {
          authorization: `Bearer ${await node.token('parent-admin')}`,
          'content-type': 'application/json',
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    use(index: 0 | 1, raw: string) {
      const node = nodes[index];
      return node == null ? null : statusOf(node, raw);
    },
    async cli(line: string, secrets: Secrets) {
      const ended = await runCli(line.split(' '), { ...common, ...secrets });
      return { output: '', complaint: '', ...ended };
    },
    async file(lines: readonly object[]): Promise<string> {
      const path = join(folder, `${sha256(JSON.stringify(lines)).slice(0, 12)}.jsonl`);
      await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
      return path;
    },
    async [Symbol.asyncDispose]() {
      isLoaded = false;
      await loading;
      await running.disposeAsync();
    },
  };
}

type Deployment = Awaited<ReturnType<typeof deploy>>;

async function issue(on: Deployment, index: 0 | 1, input: object = {}) {
  const { status, body } = await on.ask(index, `${settings}/api-keys`, { label: 'CI', ...input });
  expect(status).toBe(201);
  on.expected.set(body.raw_key, 200);
  return { id: body.key.id as string, raw: body.raw_key as string };
}

async function rotate(on: Deployment, index: 0 | 1, key: { id: string; raw: string }, grace = 600) {
  if (grace === 0) on.expected.delete(key.raw);
  const json = { grace_seconds: grace };
  const { status, body } = await on.ask(index, `${settings}/api-keys/${key.id}/rotate`, json);
  expect([status, body.detail]).toEqual([200, undefined]);
  if (grace === 0) on.expected.set(key.raw, 401);
  on.expected.set(body.raw_key, 200);
  return { id: key.id, raw: body.raw_key as string };
}

async function revoke(on: Deployment, index: 0 | 1, key: { id: string; raw: string }) {
  on.expected.delete(key.raw);
  const path = `${settings}/api-keys/${key.id}`;
  expect((await on.ask(index, path, undefined, 'DELETE')).status).toBe(204);
  on.expected.set(key.raw, 401);
}

async function report(on: Deployment, index: 0 | 1, token: string): Promise<void> {
  on.expected.delete(token);
  expect((await on.ask(index, '/api/v1/leaks/report', { token })).status).toBe(202);
  on.expected.set(token, 401);
}

/** Every call that each stage of a change allows. */
async function everythingWorks(on: Deployment, secrets: Secrets, imports: string) {
  // The roles alternate: one way at each stage and the other at the next.
  const [here, there] = on.turn() ? ([0, 1] as const) : ([1, 0] as const);
  const key = await issue(on, here);
  expect(await on.use(there, key.raw)).toBe(200);
  const next = await rotate(on, there, key, 0);
  expect(await on.use(here, next.raw)).toBe(200);
  const last = await rotate(on, here, next);
  await report(on, there, next.raw);
  for (const node of [0, 1] as const) expect(await on.use(node, next.raw)).toBe(401);
  expect(await on.use(there, last.raw)).toBe(200);
  await revoke(on, there, last);
  expect(await on.use(here, last.raw)).toBe(401);
  // The unchanged file: existing keys stay as they are.
  const again = await on.cli(`keys import ${imports} --json`, secrets);
  expect(again.output).toBe('{"imported":0,"revoked":0,"existing":2,"refused":0}');
  const verified = await on.cli('audit verify', secrets);
  expect([verified.code, verified.complaint]).toEqual([0, '']);
}

const databases: [name: string, place: () => Promise<Place>][] = [
  ['PostgreSQL', () => postgresDatabase()],
  ['SQLite', sqliteDatabase],
];

describe.each(databases)('a change of SERVER_SECRET on %s', (_name, place) => {
  test('refuses nothing that is valid, revives nothing and moves nothing, at each of its four steps under load', {
    timeout: 300_000,
  }, async (context) => {
    // `secret-in-use.test.ts` and `import-secret.test.ts` test the steps, without load.
    if (!process.env.LONG_TESTS) return context.skip('npm run test:long');
    await using where = await place();
    await using on = await deploy(where.url);
    await on.start(0, onlyOld);
    await on.start(1, onlyOld);

    const keys = [];
    for (let count = 0; count < 8; count++) keys.push(await issue(on, 0));
    const account = await on.ask(0, `${settings}/service-accounts`, { name: 'C', role: 'viewer' });
    await issue(on, 0, { service_account_id: account.body.id });
    const revoked = await issue(on, 0);
    await revoke(on, 0, revoked);
    const legacy = [1, 2, 3].map((number) => `rrk_live_${sha256(`legacy ${number}`).slice(0, 43)}`);
    const line = (raw: string, org: string) => ({ hash_sha256: sha256(raw), label: 'L', org });
    const all = await on.file(legacy.map((raw) => line(raw, 'org_demo_acme')));
    const imported = await on.cli(`keys import ${all} --json`, onlyOld);
    expect(imported.output).toBe('{"imported":3,"revoked":0,"existing":0,"refused":0}');
    for (const raw of legacy) on.expected.set(raw, 200);
    const [first = '', ...others] = legacy;
    await report(on, 0, first);
    const imports = await on.file(others.map((raw) => line(raw, 'org_demo_acme')));
    const ours = [keys[0]?.raw ?? '', revoked.raw, ...legacy];
    const stranger = 'org_demo_globex';
    const taken = await Promise.all(ours.map((raw) => on.file([line(raw, stranger)])));
    /** Neither is a revoked key given back, nor any key to another organization. */
    async function nothingIsGiven(secrets: Secrets): Promise<void> {
      for (const file of [all, ...taken]) {
        const refused = await on.cli(`keys import ${file}`, secrets);
        expect(refused.complaint).toContain(
          'line 1: hash_sha256: a key with this hash exists already',
        );
      }
    }
    await nothingIsGiven(onlyOld);
    await everythingWorks(on, onlyOld, imports);

    // 1. Both secrets on every process, one after the other.
    await on.start(1, both);
    await everythingWorks(on, both, imports);
    await everythingWorks(on, onlyOld, imports);
    const tooEarly = await on.cli('secret change', both);
    expect(tooEarly.complaint).toMatch(/^1 of 2 processes do not know the new secret: /);
    await on.start(0, both);
    await everythingWorks(on, both, imports);

    // 2. The new one in use, on all of them.
    const leaking = [];
    for (let count = 0; count < 5; count++) leaking.push(await issue(on, 0));
    const retiring = [];
    for (const key of leaking) retiring.push({ ...key, next: await rotate(on, 1, key) });
    expect(await on.cli('secret change', both)).toMatchObject({ code: 0 });
    await nothingIsGiven(both);

    // While their rows move, leaked secrets are taken back and others are rotated.
    await Promise.all(
      retiring.flatMap(({ raw }) => [on.use(1, raw), report(on, 0, raw), on.use(0, raw)]),
    );
    for (const { raw, next } of retiring) {
      for (const node of [0, 1] as const) {
        expect(await on.use(node, raw)).toBe(401);
        expect(await on.use(node, next.raw)).toBe(200);
      }
    }
    await Promise.all(keys.slice(4).flatMap((key) => [on.use(1, key.raw), rotate(on, 0, key)]));
    await everythingWorks(on, both, imports);

    // 3. The remaining rows are moved.
    expect(await on.cli('secret move', both)).toMatchObject({ code: 0 });
    await expect
      .poll(async () => JSON.parse((await on.cli('secret status --json', both)).output))
      .toMatchObject({ previous: 0, neither: 0, rows: { previous: 0, neither: 0 }, keys: [] });
    await everythingWorks(on, both, imports);

    // 4. The previous one is removed, from one process after the other.
    await on.start(0, onlyNew);
    await everythingWorks(on, both, imports);
    await on.start(1, onlyNew);
    await everythingWorks(on, onlyNew, imports);
    await nothingIsGiven(onlyNew);
    const late = await on.cli('secret status', onlyOld);
    expect(late.complaint).toMatch(/^SERVER_SECRET is not the one that this database is used with/);

    const { key: unknown } = generateKey();
    on.expected.set(unknown, 401);
    expect(on.loads()).toBeGreaterThan(100);
    expect(on.wrong).toEqual([]);
  });
});
