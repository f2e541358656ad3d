import { Redis, type Result } from 'ioredis';
import type { Windows } from './windows.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeFromWindow(
      window: string,
      limit: number,
      windowSeconds: number,
    ): Result<[count: number, millisecondsLeft: number], Context>;
    giveBackToWindow(window: string, millisecondsLeft: number): Result<null, Context>;
  }
}

/**
 * Counts only requests within the limit; a refused one returns the limit plus one. One script is
 * one atomic step in Redis, and Redis's clock is the only one.
 *
 * KEYS[1] the window; ARGV[1] the limit; ARGV[2] the window's seconds.
 */
const take = `
  local left = redis.call('pttl', KEYS[1])
  local count = left > 0 and tonumber(redis.call('get', KEYS[1])) or 0
  local length = ARGV[2] * 1000
  if left <= 0 then
    redis.call('set', KEYS[1], 1, 'PX', length)
    return {1, length}
  end
  if left > length then
    redis.call('pexpire', KEYS[1], length)
    left = length
  end
  if count >= tonumber(ARGV[1]) then return {ARGV[1] + 1, left} end
  return {redis.call('incr', KEYS[1]), left}
`;

/**
 * Refunds to the window that was charged and to no later one. A later window ends at least a second
 * later, because no window is shorter than a second.
 *
 * KEYS[1] the window; ARGV[1] the milliseconds that it has left, as far as this process knows.
 */
const giveBack = `
  local left = redis.call('pttl', KEYS[1])
  if left > 0 and left <= tonumber(ARGV[1]) + 250 and tonumber(redis.call('get', KEYS[1])) > 0 then
    redis.call('decr', KEYS[1])
  end
`;

/** Prefix of each name. */
const prefix = 'reporisk:limit';

/** Milliseconds that a request waits for Redis before the fallback counts it. */
const commandTimeoutMs = 250;

/**
 * Windows in Redis, one set for all processes.
 *
 * @param url - `redis://…` or `rediss://…`.
 * @param now - milliseconds of any clock that is never set back.
 * @returns after the first attempt to connect.
 */
export async function openRedisWindows(
  url: string,
  now: () => number = () => performance.now(),
): Promise<Windows & AsyncDisposable> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(100 * attempt, 2_000),
  });
  // Each failing request reports the error; an unhandled event would end the process.
  client.on('error', () => {});
  // An unreachable Redis is retried in the background.
  await client.connect().catch(() => {});
  client.defineCommand('takeFromWindow', { lua: take, numberOfKeys: 1 });
  client.defineCommand('giveBackToWindow', { lua: giveBack, numberOfKeys: 1 });

  return {
    async take(name, { limit, windowSeconds }) {
      const key = `${prefix}:${name}`;
      const [count, endsIn] = await client.takeFromWindow(key, limit, windowSeconds);
      if (count > limit) return { admitted: false, remaining: 0, endsIn };
      return { admitted: true, remaining: limit - count, endsIn, window: now() + endsIn };
    },

    async giveBack(name, { window }) {
      if (window === undefined) return;
      await client.giveBackToWindow(`${prefix}:${name}`, Math.round(window - now()));
    },

    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
