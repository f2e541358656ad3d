import { Client } from 'pg';
import { expect, test } from 'vitest';
import { postgresDatabase } from '../support/postgres.ts';
import { serverProcess } from '../support/server-process.ts';

type Server = Awaited<ReturnType<typeof serverProcess>>;

const keysPath = '/api/v1/settings/api-keys';

/** Sends a request over a new connection, so that any worker may get it. */
function send(
  { url }: Server,
  path: string,
  { as, method = 'GET', json }: { as?: string; method?: string; json?: object } = {},
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      connection: 'close',
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

async function createKey(server: Server, session: string) {
  const response = await send(server, keysPath, {
    as: session,
    method: 'POST',
    json: { label: 'CI' },
  });
  expect(response.status).toBe(201);
  const { key, raw_key: secret } = (await response.json()) as {
    key: { id: string };
    raw_key: string;
  };
  return { id: key.id, secret };
}

/** The processes whose log lines say so, in the order of their first. */
function pidsIn(server: Server, message: string): number[] {
  const lines = server.output().split('\n');
  const pids = lines
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => Number(/"pid":(\d+)/.exec(line)?.[1]));
  return [...new Set(pids)];
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('three workers share one port, one limit of an organization, and one of an address', async () => {
  await using server = await serverProcess({
    WORKERS: '3',
    PLATFORM_RATE_LIMIT: '10/60',
    FAILED_AUTH_RATE_LIMIT: '5/60',
  });
  const session = await server.token('parent-admin');
  const { secret } = await createKey(server, session);
  const statuses: number[] = [];
  for (let n = 0; n < 11; n++) {
    const { status, headers } = await send(server, '/api/v1/key', { as: secret });
    statuses.push(status);
    if (status === 200) expect(headers.get('ratelimit')).toContain(`r=${9 - n};`);
  }
  expect(statuses).toEqual([...Array(10).fill(200), 429]);
  const failures: number[] = [];
  for (let n = 0; n < 6; n++)
    failures.push((await send(server, '/api/v1/key', { as: 'no' })).status);
  expect(failures).toEqual([...Array(5).fill(401), 429]);
  expect(pidsIn(server, 'request').length).toBe(3);
});

test('a session of the demo is valid in each worker, metrics are those of all, SIGTERM ends all', async () => {
  await using server = await serverProcess({ WORKERS: '2', LOG_LEVEL: 'info' });
  const session = await server.token('parent-admin');
  const { secret } = await createKey(server, session);
  for (let n = 0; n < 6; n++) {
    expect((await send(server, '/api/v1/settings/session', { as: session })).status).toBe(200);
    expect((await send(server, '/api/v1/key', { as: secret })).status).toBe(200);
  }
  const metrics = await (await send(server, '/metrics')).text();
  expect(metrics).toContain('reporisk_verifications_total{outcome="accepted"} 6\n');
  expect(metrics).toContain('reporisk_lease_current 1\n');
  expect(pidsIn(server, 'audit log')).toHaveLength(1);

  const pids = pidsIn(server, 'request');
  expect(pids).toHaveLength(2);
  expect(await server.stop()).toBe(0);
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test.for(['sqlite', 'postgresql'] as const)(
  'a revoked key is dead in each worker, and a worker that is killed is replaced, on %s',
  async (kind, context) => {
    if (kind === 'postgresql' && !process.env.LONG_TESTS) return context.skip('npm run test:long');
    await using place = kind === 'postgresql' ? await postgresDatabase() : null;
    const DATABASE_URL = place?.url ?? 'sqlite:.data/reporisk.db';
    await using server = await serverProcess({ WORKERS: '3', DATABASE_URL });
    const session = await server.token('parent-admin');
    const statusesOf = async (secret: string) => {
      const statuses = [];
      for (let n = 0; n < 6; n++) {
        statuses.push((await send(server, '/api/v1/key', { as: secret })).status);
      }
      return new Set(statuses);
    };
    const revoke = async (id: string) =>
      (await send(server, `${keysPath}/${id}`, { as: session, method: 'DELETE' })).status;

    const first = await createKey(server, session);
    expect(await statusesOf(first.secret)).toEqual(new Set([200]));
    expect(await revoke(first.id)).toBe(204);
    expect(await statusesOf(first.secret)).toEqual(new Set([401]));

    // The one with the background work, whose successor takes it over.
    const [killed = 0] = pidsIn(server, 'audit log');
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => pidsIn(server, 'audit log'), { timeout: 30_000 }).toHaveLength(2);
    expect(isAlive(killed)).toBe(false);
    const second = await createKey(server, session);
    expect(await statusesOf(second.secret)).toEqual(new Set([200]));
    expect(await revoke(second.id)).toBe(204);
    expect(await statusesOf(second.secret)).toEqual(new Set([401]));
    expect(pidsIn(server, 'request').length).toBeGreaterThanOrEqual(3);
    if (place === null) return;

    await Promise.all(Array.from({ length: 60 }, () => createKey(server, session)));
    const client = new Client(place.url);
    await client.connect();
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from pg_stat_activity where datname = current_database()',
    );
    await client.end();
    // Management 3, verification and limits 1 each, leases 4, LISTEN 2 (the worker with tasks) or 1.
    expect(rows[0]?.count).toBeLessThanOrEqual(3 * (3 + 1 + 1 + 4 + 1) + 2);
  },
);

test('a worker that cannot start stops the start, with its one line', async () => {
  await using first = await serverProcess();
  const { port } = new URL(first.url);
  await expect(serverProcess({ WORKERS: '2', PORT: port })).rejects.toThrow(
    `PORT is ${port}: it takes a port that is free`,
  );
});
