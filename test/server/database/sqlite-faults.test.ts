import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { answer, issueKey } from '../../support/issued-keys.ts';
import { create, expectRecovery } from '../../support/management.ts';
import { fillDemo, type RunningServer, startServer, startServerOn } from '../../support/server.ts';

const as = 'parent-admin';
const keys = '/api/v1/settings/api-keys';

/** Another process's transaction, which holds the write lock until it is rolled back. */
function holdWriteLock(databaseUrl: string) {
  const other = new BetterSqlite3(databaseUrl.slice('sqlite:'.length));
  other.exec('begin immediate');
  return {
    release: () => other.exec('rollback'),
    [Symbol.dispose]: () => void other.close(),
  };
}

/** Lists keys in a session that is recorded: the first request of a session writes. */
async function knownSession(server: RunningServer) {
  const session = server.token(as);
  const list = () => server.fetch(keys, { as: session });
  expect((await list()).status).toBe(200);
  return list;
}

test('while another process holds the write lock, everything but writing is answered at once', {
  timeout: 60_000,
}, async () => {
  await using server = await startServerOn('sqlite');
  const { id, raw } = await issueKey(server);
  const list = await knownSession(server);
  using lock = holdWriteLock(server.databaseUrl);
  let waiting = 3;
  const writes = Array.from({ length: waiting }, () => create(server).finally(() => waiting--));
  const answered: number[] = [];
  while (waiting > 0) {
    const others = [
      () => server.fetch('/healthz'),
      () => server.fetch('/readyz'),
      () => server.fetch('/api/v1/key', { as: raw }),
      list,
    ];
    for (const other of others) {
      const before = waiting;
      const response = await other();
      // Answered between two attempts to write: the event loop was not held.
      if (before === 3) answered.push(response.status);
    }
  }
  expect(answered.length).toBeGreaterThan(100);
  expect(new Set(answered)).toEqual(new Set([200]));
  for (const write of writes) expect((await write).status).toBe(503);

  lock.release();
  const revoked = await server.fetch(`${keys}/${id}`, { as, method: 'DELETE' });
  expect(revoked.status).toBe(204);
  expect((await server.fetch('/api/v1/key', { as: raw })).status).toBe(401);
  await expectRecovery(server);
});

test('a writer goes on as soon as the lock is free', async () => {
  await using server = await startServerOn('sqlite');
  const list = await knownSession(server);
  using lock = holdWriteLock(server.databaseUrl);
  const write = create(server);
  expect((await list()).status).toBe(200);
  lock.release();
  expect((await write).status).toBe(201);
});

test('a full disk costs 503s while it is full', async () => {
  await using server = await startServerOn('sqlite');
  const { database } = server;
  const limit = (pages: number) => database.read().execute(`pragma max_page_count = ${pages}`);
  await limit(1);
  const fill = async () => {
    for (;;) {
      const response = await create(server);
      if (response.status !== 201) return answer(response);
    }
  };
  expect(await fill()).toMatchObject({ status: 503 });
  expect(server.log.join('\n')).toContain('"code":"SQLITE_FULL"');
  await limit(1_000_000);
  await expectRecovery(server);
});

test('a database that may only be read costs 503s until it may be written', async () => {
  await using server = await startServerOn('sqlite');
  const only = (value: 'on' | 'off') =>
    server.database.read().execute(`pragma query_only = ${value}`);
  await only('on');
  for (let time = 0; time < 3; time++) expect((await create(server)).status).toBe(503);
  await only('off');
  await expectRecovery(server);
});

test('a disk that another program fills costs 503s until there is room again', async (context) => {
  await using place = await smallDisk();
  if (place === null) return context.skip('no file system can be mounted');
  await using server = await startServer({ database: `sqlite:${place.path}/reporisk.db` });
  const filler = join(place.path, 'filler');
  await writeFile(filler, '');
  const fill = async () => {
    for (;;) await appendFile(filler, Buffer.alloc(4096));
  };
  await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC' });
  const statuses = new Set<number>();
  while (!statuses.has(503)) statuses.add((await create(server)).status);
  for (let time = 0; time < 3; time++) expect((await create(server)).status).toBe(503);
  await rm(filler);
  await expectRecovery(server);
});

/** A file system of eight megabytes with a demo database; null where none can be mounted. */
async function smallDisk() {
  await using resources = new AsyncDisposableStack();
  const path = await mkdtemp(join(tmpdir(), 'reporisk-disk-'));
  resources.defer(() => rm(path, { recursive: true, force: true }));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path]);
  if (mounted.status !== 0) return null;
  resources.defer(() => void spawnSync('umount', [path]));
  await fillDemo(`sqlite:${path}/reporisk.db`);
  const all = resources.move();
  return { path, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
