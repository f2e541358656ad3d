import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, Windows } from './windows.ts';

/**
 * Counts only what stays within the limit, where the library's own script counts refused requests
 * too. One script is one step for Redis, and Redis's clock is the only one.
 *
 * KEYS[1] the window; ARGV[2] its seconds; ARGV[3] the limit.
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
  if count >= tonumber(ARGV[3]) then return {ARGV[3] + 1, left} end
  return {redis.call('incr', KEYS[1]), left}
`;

/**
 * Gives back to the window that was taken from and to no later one, which would end at least a second
 * later: a window is no shorter.
 *
 * KEYS[1] the window; ARGV[1] the milliseconds that it has left, as far as this process knows.
 */
const giveBack = `
  local left = redis.call('pttl', KEYS[1])
  if left > 0 and left <= tonumber(ARGV[1]) + 250 and tonumber(redis.call('get', KEYS[1])) > 0 then
    redis.call('decr', KEYS[1])
  end
`;

/** How many different limits are kept ready; there are few. */
const mostLimiters = 1000;

/** Before each name. */
const prefix = 'reporisk:limit';

/** Milliseconds that a request waits for Redis before the stand-in answers. */
const commandTimeoutMs = 250;

/**
 * Windows in Redis, one for all processes.
 *
 * @param url - `redis://…` or `rediss://…`.
 * @param now - milliseconds of any clock that is never set back.
 * @returns once the first attempt to connect is over.
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
  // Each failing request reports it; an unheard event would end the process.
  client.on('error', () => {});
  // Where it cannot be reached, it is tried again and again.
  await client.connect().catch(() => {});
  const limiters = new Map<string, RateLimiterRedis>();

  function limiterOf({ limit, windowSeconds }: Limit): RateLimiterRedis {
    const name = `${limit}/${windowSeconds}`;
    const known = limiters.get(name);
    if (known !== undefined) return known;
    if (limiters.size >= mostLimiters) limiters.clear();
    const limiter = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: prefix,
      points: limit,
      duration: windowSeconds,
      customIncrTtlLuaScript: take,
      rejectIfRedisNotReady: true,
    });
    limiters.set(name, limiter);
    return limiter;
  }

  return {
    async take(name, limit) {
      try {
        const { remainingPoints, msBeforeNext } = await limiterOf(limit).consume(name);
        const window = now() + msBeforeNext;
        return { admitted: true, remaining: remainingPoints, endsIn: msBeforeNext, window };
      } catch (error) {
        // The library throws both what it refuses and what went wrong.
        if (!(error instanceof RateLimiterRes)) throw error;
        return { admitted: false, remaining: 0, endsIn: error.msBeforeNext };
      }
    },

    async giveBack(name, { window }) {
      if (window === undefined) return;
      await client.eval(giveBack, 1, `${prefix}:${name}`, Math.round(window - now()));
    },

    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
