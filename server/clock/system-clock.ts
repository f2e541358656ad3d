import type { Clock } from './clock.ts';

/**
 * This machine's clocks.
 *
 * @param keepAlive - whether a timer keeps the process alive: for a command that waits, not for the
 * renewals of a server that wants to end.
 */
export function systemClock(keepAlive: boolean): Clock {
  return {
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      if (!keepAlive) timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
