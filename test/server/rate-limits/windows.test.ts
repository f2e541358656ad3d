import fc from 'fast-check';
import { Client } from 'pg';
import { describe, expect, type TestContext, test } from 'vitest';
import { createMemoryWindows } from '../../../server/rate-limits/memory-windows.ts';
import { openPostgresqlWindows } from '../../../server/rate-limits/postgresql-windows.ts';
import { openRedisWindows } from '../../../server/rate-limits/redis-windows.ts';
import type { Taken, Windows } from '../../../server/rate-limits/windows.ts';
import { migrated } from '../../support/databases.ts';
import { testClock } from '../../support/server.ts';
import { redisServer } from './redis.ts';

/** Windows as several processes have them, and a way to let their time pass. */
interface Place extends AsyncDisposable {
  readonly processes: readonly Windows[];
  /** Ends every window that has at most `milliseconds` left. */
  pass(milliseconds: number): Promise<void>;
}

async function inMemory(): Promise<Place> {
  const clock = testClock();
  const windows = createMemoryWindows(clock.now);
  return {
    processes: [windows],
    pass: async (milliseconds) => clock.advance(milliseconds),
    async [Symbol.asyncDispose]() {},
  };
}

async function inPostgresql(): Promise<Place> {
  await using resources = new AsyncDisposableStack();
  const { url } = resources.use(await migrated.PostgreSQL());
  const open = () => resources.use(openPostgresqlWindows(url, () => {}));
  const processes = [open(), open(), open()];
  const client = new Client({ connectionString: url });
  await client.connect();
  resources.defer(() => client.end());
  const owned = resources.move();
  return {
    processes,
    async pass(milliseconds) {
      await client.query(
        "update rate_limit_window set ends_at = ends_at - $1 * interval '1 millisecond'",
        [milliseconds],
      );
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function inRedis(context: TestContext): Promise<Place> {
  await using resources = new AsyncDisposableStack();
  const server = await redisServer();
  if (server === null) return context.skip('redis-server is not installed');
  resources.use(server);
  const clock = testClock();
  const open = async () => resources.use(await openRedisWindows(server.url, clock.now));
  const processes = [await open(), await open(), await open()];
  const { Redis } = await import('ioredis');
  const client = new Redis(server.url);
  resources.defer(() => client.disconnect());
  const owned = resources.move();
  return {
    processes,
    async pass(milliseconds) {
      clock.advance(milliseconds);
      for (const name of await client.keys('*')) {
        await client.pexpire(name, (await client.pttl(name)) - milliseconds);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const places = { memory: inMemory, PostgreSQL: inPostgresql, Redis: inRedis };

describe.each(Object.entries(places))('windows in %s', (_name, place) => {
  const hundred = { limit: 100, windowSeconds: 60 };

  /** Sends `count` requests concurrently, in turn through every process. */
  function takeAtOnce({ processes }: Place, count: number, limit = hundred, name = 'key:1') {
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        (processes[index % processes.length] as Windows).take(name, limit),
      ),
    );
  }
  const admitted = (taken: readonly Taken[]) => taken.filter((each) => each.admitted).length;

  test('take() admits exactly the limit of many at once, on every process together', async (context) => {
    await using windows = await place(context);
    const taken = await takeAtOnce(windows, 250);
    expect(admitted(taken)).toBe(100);
    const remaining = taken.filter((each) => each.admitted).map((each) => each.remaining);
    expect(remaining.sort((one, other) => one - other)).toEqual([...Array(100).keys()]);
    for (const { endsIn } of taken) {
      expect(endsIn).toBeGreaterThan(0);
      expect(endsIn).toBeLessThanOrEqual(60_000);
    }
  });

  test('take() keeps names apart', async (context) => {
    await using windows = await place(context);
    await takeAtOnce(windows, 100);
    const [other] = await takeAtOnce(windows, 1, hundred, 'key:10');
    expect(other).toMatchObject({ admitted: true, remaining: 99 });
  });

  test('take() begins a new window when one is over, and no refused request extends it', async (context) => {
    await using windows = await place(context);
    await takeAtOnce(windows, 100);
    await windows.pass(59_000);
    expect(admitted(await takeAtOnce(windows, 10))).toBe(0);
    await windows.pass(1_000);
    expect(admitted(await takeAtOnce(windows, 110))).toBe(100);
  });

  test('take() keeps the count when the limit changes, refused requests aside', async (context) => {
    await using windows = await place(context);
    expect(admitted(await takeAtOnce(windows, 20, { limit: 5, windowSeconds: 60 }))).toBe(5);
    expect(admitted(await takeAtOnce(windows, 20, { limit: 8, windowSeconds: 60 }))).toBe(3);
    expect(admitted(await takeAtOnce(windows, 20, { limit: 2, windowSeconds: 60 }))).toBe(0);
    expect(admitted(await takeAtOnce(windows, 20, { limit: 9, windowSeconds: 60 }))).toBe(1);
  });

  test('take() cuts a window that outlasts a new, shorter length', async (context) => {
    await using windows = await place(context);
    await takeAtOnce(windows, 1, { limit: 1, windowSeconds: 86_400 });
    const shorter = { limit: 1, windowSeconds: 10 };
    await takeAtOnce(windows, 1, shorter);
    await takeAtOnce(windows, 1, { limit: 2, windowSeconds: 10 });
    await windows.pass(10_000);
    expect(admitted(await takeAtOnce(windows, 5, shorter))).toBe(1);
  });

  test('take() cuts a full window that would outlast its length, as after a clock was set back', async (context) => {
    await using windows = await place(context);
    await takeAtOnce(windows, 2, { limit: 2, windowSeconds: 60 });
    await windows.pass(-3_600_000);
    const [refused] = await takeAtOnce(windows, 1, { limit: 2, windowSeconds: 60 });
    expect(refused?.admitted).toBe(false);
    expect(refused?.endsIn).toBeLessThanOrEqual(60_000);
    await windows.pass(60_000);
    expect(admitted(await takeAtOnce(windows, 5, { limit: 2, windowSeconds: 60 }))).toBe(2);
  });

  test('giveBack() gives back to the window that was taken from', async (context) => {
    await using windows = await place(context);
    const [process] = windows.processes;
    const taken = await takeAtOnce(windows, 100);
    await process?.giveBack('key:1', taken[0] as Taken);
    expect(admitted(await takeAtOnce(windows, 5))).toBe(1);
    await windows.pass(60_000);
    await process?.giveBack('key:1', taken[0] as Taken);
    expect(admitted(await takeAtOnce(windows, 110))).toBe(100);
    await process?.giveBack('key:1', taken[0] as Taken);
    expect(admitted(await takeAtOnce(windows, 5))).toBe(0);
  });
});

test('createMemoryWindows() never refuses steady traffic below the limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.nat(500), { maxLength: 200 }),
      (limit, windowSeconds, delays) => {
        const clock = testClock();
        const windows = createMemoryWindows(clock.now);
        const pace = Math.ceil((windowSeconds * 1000) / limit);
        for (const delay of delays) {
          clock.advance(pace + delay);
          expect(windows.take('key', { limit, windowSeconds }).admitted).toBe(true);
        }
      },
    ),
  );
});

test('a request that waited in PostgreSQL leaves the end of the window as it is', async () => {
  await using database = await migrated.PostgreSQL();
  await using windows = openPostgresqlWindows(database.url, () => {});
  const limit = { limit: 10, windowSeconds: 60 };
  await windows.take('key:1', limit);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query("begin; update rate_limit_window set ends_at = '2026-01-01'");
  const waiting = windows.take('key:1', limit);
  await expect
    .poll(async () => {
      const { rows } = await client.query('select from pg_locks where not granted');
      return rows.length;
    })
    .toBe(1);
  const { rows } = await client.query<{ window: string }>(
    `update rate_limit_window set ends_at = clock_timestamp() + interval '60 s'
     returning extract(epoch from ends_at) * 1000 as window`,
  );
  await client.query('commit');
  await client.end();
  expect((await waiting).window).toBe(Number(rows[0]?.window));
});
