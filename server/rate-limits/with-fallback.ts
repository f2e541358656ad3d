import type { Windows } from './windows.ts';

/** The fallback, and its callbacks. */
export interface FallbackOptions {
  /** The shared windows, whose store may be away. */
  readonly windows: Windows;
  /** Windows in this process, always available. */
  readonly fallback: Windows;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Called for each request that the fallback counted. */
  readonly onFallback: () => void;
  /** Called once when the store goes away, with the error, and once when it is back, with null. */
  readonly onChange: (error: unknown) => void;
}

/**
 * Milliseconds between a failure of the store and the next attempt: without the pause, every
 * request would wait for it.
 */
const pause = 1_000;

/**
 * Windows that continue when their store is away: each process then counts separately, from zero.
 * Without the fallback, an unreachable store would refuse every request.
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
