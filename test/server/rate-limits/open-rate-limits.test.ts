import { Client } from 'pg';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createMemoryWindows } from '../../../server/rate-limits/memory-windows.ts';
import { openRateLimits } from '../../../server/rate-limits/open-rate-limits.ts';
import type { Taken, Windows } from '../../../server/rate-limits/windows.ts';
import { withFallback } from '../../../server/rate-limits/with-fallback.ts';
import { migrated } from '../../support/databases.ts';
import { keyRecord } from '../../support/keys.ts';
import { testClock } from '../../support/server.ts';
import { redisServer } from './redis.ts';

const none = { platformRateLimit: null, failedAuthRateLimit: null };

test('withFallback() counts in this process while the store is away, and says so once', async () => {
  const clock = testClock();
  const memory = createMemoryWindows(clock.now);
  let isAway = true;
  let asked = 0;
  const store: Windows = {
    async take(): Promise<Taken> {
      asked += 1;
      if (isAway) throw new Error('away');
      return { admitted: true, remaining: 1, endsIn: 1 };
    },
    giveBack() {},
  };
  const changes: unknown[] = [];
  let standIns = 0;
  const windows = withFallback({
    windows: store,
    fallback: memory,
    now: clock.now,
    onFallback: () => {
      standIns += 1;
    },
    onChange: (error) => changes.push(error),
  });
  const take = async () => (await windows.take('key:1', { limit: 2, windowSeconds: 60 })).admitted;
  expect([await take(), await take(), await take()]).toEqual([true, true, false]);
  expect({ asked, standIns, changes }).toEqual({
    asked: 1,
    standIns: 3,
    changes: [new Error('away')],
  });
  clock.advance(1_000);
  await take();
  expect({ asked, changes: changes.length }).toEqual({ asked: 2, changes: 1 });
  isAway = false;
  clock.advance(1_000);
  expect(await take()).toBe(true);
  expect(changes).toEqual([new Error('away'), null]);
});

test('openRateLimits() goes on alone when Redis dies, and logs it', async (context) => {
  const redis = await redisServer();
  if (redis === null) return context.skip('redis-server is not installed');
  const log: string[] = [];
  const logger = pino({}, { write: (line: string) => void log.push(line) });
  const clock = testClock();
  const config = { ...none, databaseUrl: 'sqlite:unused', redisUrl: redis.url };
  const key = keyRecord({ rateLimit: { limit: 3, windowSeconds: 60 } });
  await using limits = await openRateLimits({ config, logger, now: clock.now });
  await redis[Symbol.asyncDispose]();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => limits.admit(key)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(limits.standIns()).toBe(10);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('rate limits are counted by each process for itself');
});

test('openRateLimits() gives all processes on one PostgreSQL one limit of a key', async () => {
  await using place = await migrated.PostgreSQL();
  const config = { ...none, databaseUrl: place.url, redisUrl: null };
  const open = () => openRateLimits({ config, logger: pino({ level: 'silent' }) });
  await using one = await open();
  await using two = await open();
  const key = keyRecord({ rateLimit: { limit: 25, windowSeconds: 600 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 80 }, (_, index) => (index % 2 ? one : two).admit(key)),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(25);
  expect([one.standIns(), two.standIns()]).toEqual([0, 0]);
});

test('openRateLimits() goes on alone when PostgreSQL cannot count, and is exact again later', async () => {
  await using place = await migrated.PostgreSQL();
  const client = new Client({ connectionString: place.url });
  await client.connect();
  await using _client = { [Symbol.asyncDispose]: () => client.end() };
  const log: string[] = [];
  const logger = pino({}, { write: (line: string) => void log.push(line) });
  const clock = testClock();
  const config = { ...none, databaseUrl: place.url, redisUrl: null };
  await using limits = await openRateLimits({ config, logger, now: clock.now });
  const admitted = async (id: string) => {
    const key = keyRecord({ id, rateLimit: { limit: 3, windowSeconds: 60 } });
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => limits.admit(key)));
    return all.filter(({ status }) => status === 'fulfilled').length;
  };
  await client.query('alter table rate_limit_window rename to away');
  expect(await admitted('key_one')).toBe(3);
  expect(limits.standIns()).toBe(10);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('rate limits are counted by each process for itself');
  await client.query('alter table away rename to rate_limit_window');
  clock.advance(1_000);
  expect(await admitted('key_two')).toBe(3);
  expect(limits.standIns()).toBe(10);
  expect(log[1]).toContain('rate limits are shared again');
});
