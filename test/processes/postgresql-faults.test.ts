import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { create, expectRecovery, manage, recoveryMs, writeUntil } from '../support/management.ts';
import { startPostgres } from '../support/postgres-process.ts';
import { demoDatabase, fillDemo, startServer } from '../support/server.ts';
import { administrator } from './deployment.ts';
import { silentProxy } from './silent-proxy.ts';

const timeout = 300_000;
const isLong = process.env.LONG_TESTS !== undefined;

/** Of management, verification, the lease and its waits, and one that listens. */
const maxConnections = 10 + 4 + 1 + 3 + 1;

/**
 * A server behind a proxy, and the database's administrator beside it.
 *
 * @param role - a role without special rights; the administrator when absent.
 */
async function behindProxy(role?: string) {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await demoDatabase('postgresql'));
  const proxy = resources.use(await silentProxy(place.url));
  const admin = resources.use(await administrator(place.url));
  const url = new URL(proxy.url);
  if (role !== undefined) {
    url.username = role;
    await admin.rows(`create role ${role} login`);
    resources.defer(() => dropRole(admin, role));
    await admin.rows(`grant all on all tables in schema public to ${role}`);
    await admin.rows(`grant all on all sequences in schema public to ${role}`);
  }
  const server = resources.use(await startServer({ database: url.href, coherent: true }));
  const all = resources.move();
  return {
    ...{ proxy, server, admin },
    /** Everything works, no connection is open beside those of the pools, and no transaction. */
    async expectNothingLeft() {
      await expectRecovery(server);
      const isNoneOpen = async () => expect(await openTransactions(admin)).toBe(0);
      await vi.waitFor(isNoneOpen, { timeout: recoveryMs });
      expect(proxy.connections()).toBeLessThanOrEqual(maxConnections);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

type Administrator = Awaited<ReturnType<typeof administrator>>;

async function openTransactions(admin: Administrator): Promise<number> {
  const rows = await admin.rows(
    `select from pg_stat_activity
     where datname = current_database() and state like 'idle in transaction%'`,
  );
  return rows.length;
}

async function dropRole(admin: Administrator, role: string): Promise<void> {
  await admin.rows(`drop owned by ${role}`);
  await admin.rows(`drop role ${role}`);
}

const terminateAll = (admin: Administrator) =>
  admin.rows(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );

test.concurrent('connections that a firewall forgot are given up, all of a pool at once', {
  timeout,
}, async () => {
  await using it = await behindProxy();
  it.proxy.forget();
  await it.expectNothingLeft();
  // Under way when they are forgotten, at any point of a transaction.
  const over = create(it.server).then(() => it.proxy.forget());
  const statuses = await writeUntil(it.server, over);
  expect(statuses).toHaveProperty('503');
  await it.expectNothingLeft();
});

test.concurrent.each(isLong ? [0, 48] : [0])(
  'PostgreSQL frozen until the first 503 and %d seconds more, under eight writers',
  { timeout },
  async (seconds) => {
    await using it = await behindProxy();
    it.proxy.fallSilent();
    const first = create(it.server);
    await writeUntil(it.server, Promise.all([first, wait(seconds * 1_000)]));
    expect((await first).status).toBe(503);
    it.proxy.resume();
    await it.expectNothingLeft();
  },
);

test.concurrent('backends terminated at random under eight writers', { timeout }, async () => {
  await using it = await behindProxy();
  const end = performance.now() + (isLong ? 20_000 : 0);
  const terminate = async () => {
    for (let time = 0; time < 20 || performance.now() < end; time++) {
      await it.admin.rows(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1`,
      );
      await create(it.server);
    }
  };
  const statuses = await writeUntil(it.server, terminate());
  for (const status of Object.keys(statuses)) expect(['201', '503']).toContain(status);
  await it.expectNothingLeft();
});

test.concurrent('a connection that breaks at begin, commit or rollback is given back', {
  timeout,
}, async () => {
  await using it = await behindProxy();
  const unknown = '/api/v1/settings/api-keys/key_unknown';
  const refused = () => it.server.fetch(unknown, { as: 'parent-admin', method: 'DELETE' });
  for (const [statement, call, expected] of [
    ['begin', () => create(it.server), 503],
    ['commit', () => create(it.server), 503],
    ['rollback', refused, 404],
  ] as const) {
    // More often than there are connections.
    for (let time = 0; time < 12; time++) {
      const stopped = it.proxy.stopAt(`${statement}\0`);
      const answered = call();
      const pass = await stopped;
      await terminateAll(it.admin);
      pass();
      expect([statement, (await answered).status]).toEqual([statement, expected]);
    }
  }
  await it.expectNothingLeft();
});

test.concurrent('a lock that another session holds costs no more than its own time', {
  timeout,
}, async () => {
  await using it = await behindProxy();
  await it.admin.rows('begin');
  await it.admin.rows('select from audit_head for update');
  expect((await create(it.server)).status).toBe(503);
  await it.admin.rows('rollback');
  await it.expectNothingLeft();
});

test.concurrent('a database that lets no connection in', { timeout }, async () => {
  const role = `limited_${randomUUID().replaceAll('-', '')}`;
  await using it = await behindProxy(role);
  await it.admin.rows(`alter role ${role} connection limit 0`);
  await terminateAll(it.admin);
  expect((await create(it.server)).status).toBe(503);
  await it.admin.rows(`alter role ${role} connection limit -1`);
  await it.expectNothingLeft();
});

test.concurrent(`PostgreSQL restarted ${isLong ? 'ten times' : 'twice'} under eight writers`, {
  timeout,
}, async () => {
  await using postgres = await startPostgres();
  const url = `${postgres.url}/postgres`;
  await fillDemo(url);
  await using server = await startServer({ database: url, coherent: true });
  const restart = async () => {
    for (let time = 0; time < (isLong ? 10 : 2); time++) {
      await manage(server);
      await postgres.stop();
      await create(server);
      await postgres.start();
    }
  };
  const statuses = await writeUntil(server, restart());
  for (const status of Object.keys(statuses)) expect(['201', '503']).toContain(status);
  await expectRecovery(server);
});
