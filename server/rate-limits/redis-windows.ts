import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, Windows } from './windows.ts';

/**
 * Counts only what stays within the limit, where the library's own script counts refused requests
 * too. One script is one step for Redis, and Redis's clock is the only one.
 *
 * KEYS[1] the window; ARGV[1] 1 to take, -1 to give back; ARGV[2] its seconds; ARGV[3] the limit.
 */
const script = `
  local left = redis.call('pttl', KEYS[1])
  local count = left > 0 and tonumber(redis.call('get', KEYS[1])) or 0
  if tonumber(ARGV[1]) < 0 then
    if count > 0 then count = redis.call('decr', KEYS[1]) end
    return {count, left}
  end
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

/** How many different limits are kept ready; there are few. */
const mostLimiters = 1000;

/** Milliseconds that a request waits for Redis before the stand-in answers. */
const patience = 250;

/**
 * Windows in Redis, one for all processes.
 *
 * @param url - `redis://…` or `rediss://…`.
 * @param prefix - before each name; for several installations on one Redis.
 * @returns once the first attempt to connect is over.
 */
export async function openRedisWindows(
  url: string,
  prefix = 'reporisk:limit',
): Promise<Windows & AsyncDisposable> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: patience,
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
      customIncrTtlLuaScript: script,
      rejectIfRedisNotReady: true,
    });
    limiters.set(name, limiter);
    return limiter;
  }

  return {
    async take(name, limit) {
      try {
        const { remainingPoints, msBeforeNext } = await limiterOf(limit).consume(name);
        return { admitted: true, remaining: remainingPoints, endsIn: msBeforeNext };
      } catch (error) {
        // The library throws both what it refuses and what went wrong.
        if (!(error instanceof RateLimiterRes)) throw error;
        return { admitted: false, remaining: 0, endsIn: error.msBeforeNext };
      }
    },

    async giveBack(name) {
      await limiterOf({ limit: 1, windowSeconds: 1 }).reward(name);
    },

    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
