import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { systemClock } from './system-clock.ts';

/**
 * Runs a task immediately and then repeatedly, with a pause after the end of each run: two runs
 * never overlap. A failed run is logged, and the next one follows after the pause.
 *
 * @returns a disposable that stops it; disposal resolves when the current run has ended.
 */
export function repeat(options: {
  /** The task's name in the log. */
  readonly name: string;
  readonly run: () => Promise<void>;
  /** The pause in milliseconds. */
  readonly every: number;
  readonly logger: Pick<Logger, 'error'>;
  readonly timer?: Clock['after'];
}): AsyncDisposable {
  const { name, run, every, logger, timer = systemClock(false).after } = options;
  let stopped = false;
  let cancel = () => {};
  let inFlight = round();

  async function round(): Promise<void> {
    try {
      await run();
    } catch (error) {
      logger.error({ err: error }, `${name} failed`);
    }
    if (stopped) return;
    cancel = timer(every, () => {
      inFlight = round();
    });
  }

  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      cancel();
      await inFlight;
    },
  };
}
