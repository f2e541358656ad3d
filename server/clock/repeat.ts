import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { systemClock } from './system-clock.ts';

/**
 * Runs a task immediately and then repeatedly, with a pause after the end of each run: two runs
 * never overlap. A failed run is logged, and the next one follows after the pause.
 *
 * @returns a disposable that stops it: it aborts the current run, and resolves when that has ended.
 */
export function repeat(options: {
  /** The task's name in the log. */
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** The pause in milliseconds. */
  readonly every: number;
  readonly logger: Pick<Logger, 'error'>;
  readonly timer?: Clock['after'];
}): AsyncDisposable {
  const { name, run, every, logger, timer = systemClock(false).after } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let cancel = () => {};
  let inFlight = round();

  async function round(): Promise<void> {
    try {
      await run(signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      logger.error({ err: error }, `${name} failed`);
    }
    if (signal.aborted) return;
    cancel = timer(every, () => {
      inFlight = round();
    });
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      cancel();
      await inFlight;
    },
  };
}
