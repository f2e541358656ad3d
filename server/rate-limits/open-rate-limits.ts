import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createMemoryWindows } from './memory-windows.ts';
import { openPostgresqlWindows } from './postgresql-windows.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import type { Windows } from './windows.ts';
import { withFallback } from './with-fallback.ts';

/** Settings for opening the limits. */
export interface OpenRateLimitsOptions {
  readonly config: Pick<
    Config,
    'databaseUrl' | 'redisUrl' | 'platformRateLimit' | 'failedAuthRateLimit'
  >;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /**
   * Milliseconds of a monotonic clock, the process's own when absent. A wall clock that is set back
   * would keep limits exhausted until it has caught up.
   */
  readonly now?: () => number;
  /** Windows of this start; this process's memory when absent. */
  readonly local?: Windows | undefined;
  /** The processes of one start, which share PostgreSQL's connections; 1 when absent. */
  readonly processes?: number;
}

/**
 * The limits, and the number of requests that were counted in-process instead of in the shared
 * store.
 */
export interface OpenRateLimits extends RateLimits, AsyncDisposable {
  standIns(): number;
}

/** Opens the limits in the configured store: Redis, else PostgreSQL, else the memory of this start. */
export async function openRateLimits({
  config,
  logger,
  now = () => performance.now(),
  local = createMemoryWindows(now),
  processes,
}: OpenRateLimitsOptions): Promise<OpenRateLimits> {
  let standIns = 0;
  const onFallback = () => {
    standIns += 1;
  };
  const onChange = (error: unknown) => {
    if (error === null) logger.info('rate limits are shared again');
    else logger.warn({ err: error }, 'rate limits are counted by each process for itself');
  };

  const shared = await openShared(config, processes, (error) =>
    logger.warn({ err: error }, 'rate limit windows that are over could not be deleted'),
  );
  const windows: Windows =
    shared === null
      ? local
      : withFallback({ windows: shared, fallback: local, now, onFallback, onChange });
  const limits = createRateLimits({
    windows,
    platformWindows: config.redisUrl === null ? local : windows,
    platform: config.platformRateLimit,
    perAddress: config.failedAuthRateLimit,
    now,
  });
  return {
    ...limits,
    standIns: () => standIns,
    async [Symbol.asyncDispose]() {
      await shared?.[Symbol.asyncDispose]();
    },
  };
}

async function openShared(
  { redisUrl, databaseUrl }: OpenRateLimitsOptions['config'],
  processes: number | undefined,
  onError: (error: unknown) => void,
): Promise<(Windows & AsyncDisposable) | null> {
  if (redisUrl !== null) {
    const { openRedisWindows } = await import('./redis-windows.ts');
    return openRedisWindows(redisUrl);
  }
  if (databaseUrl.startsWith('sqlite:')) return null;
  return openPostgresqlWindows(databaseUrl, onError, processes);
}
