import type { Windows } from './windows.ts';

/** What stands in, and who hears of it. */
export interface FallbackOptions {
  /** The shared windows, which may be away. */
  readonly windows: Windows;
  /** In this process, always there. */
  readonly fallback: Windows;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Called for each request that the stand-in judged. */
  readonly onFallback: () => void;
  /** Called once when the store went away, with why, and once when it is back, with null. */
  readonly onChange: (error: unknown) => void;
}

/** Milliseconds that the store is left alone after it failed, so that not every request waits. */
const pause = 1_000;

/**
 * Windows that go on when their store is away: each process then counts for itself, from zero. A
 * store that is away must not refuse every request.
 */
export function withFallback(options: FallbackOptions): Windows {
  const { windows, fallback, now, onFallback, onChange } = options;
  let isAway = false;
  let askAgainAt = Number.NEGATIVE_INFINITY;

  async function shared<T>(ask: () => Promise<T> | T, instead: () => Promise<T> | T): Promise<T> {
    if (now() >= askAgainAt) {
      try {
        const answer = await ask();
        if (isAway) {
          isAway = false;
          onChange(null);
        }
        return answer;
      } catch (error) {
        askAgainAt = now() + pause;
        if (!isAway) {
          isAway = true;
          onChange(error);
        }
      }
    }
    onFallback();
    return instead();
  }

  return {
    take: (name, limit) =>
      shared(
        () => windows.take(name, limit),
        () => fallback.take(name, limit),
      ),
    giveBack: (name, taken) =>
      shared<void>(
        () => windows.giveBack(name, taken),
        () => fallback.giveBack(name, taken),
      ),
  };
}
