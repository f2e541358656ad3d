import type { RateLimit } from '../../core/mod.ts';
import type { Taken, Windows } from './windows.ts';

interface Window {
  count: number;
  /** Milliseconds, by `now`. */
  end: number;
}

/** Number of windows from which ended ones are swept. */
const fewest = 1024;

/** Windows with synchronous results. */
export interface MemoryWindows extends Windows {
  take(name: string, limit: RateLimit): Taken;
  giveBack(name: string, taken: Taken): void;
}

/**
 * Windows in this process. Check and count are one synchronous step, so a limit is exact without a
 * lock.
 *
 * @param now - milliseconds of a monotonic clock.
 */
export function createMemoryWindows(now: () => number): MemoryWindows {
  const windows = new Map<string, Window>();
  let sweepAt = fewest;

  /** Each sweep waits for as many new windows as it left, so the cost per window is constant. */
  function sweep(instant: number): void {
    for (const [name, { end }] of windows) if (end <= instant) windows.delete(name);
    sweepAt = Math.max(fewest, windows.size * 2);
  }

  return {
    take(name, { limit, windowSeconds }) {
      const instant = now();
      const length = windowSeconds * 1000;
      let window = windows.get(name);
      if (window === undefined || window.end <= instant) {
        if (windows.size >= sweepAt) sweep(instant);
        window = { count: 0, end: instant + length };
        windows.set(name, window);
      }
      window.end = Math.min(window.end, instant + length);
      const admitted = window.count < limit;
      if (admitted) window.count += 1;
      const remaining = Math.max(0, limit - window.count);
      return { admitted, remaining, endsIn: window.end - instant, window: window.end };
    },

    giveBack(name, taken) {
      const window = windows.get(name);
      if (window !== undefined && window.end === taken.window && window.count > 0) {
        window.count -= 1;
      }
    },
  };
}
