import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { systemClock } from './system-clock.ts';

/**
 * Does something at once and then again and again, a pause after the end of each, so that two never
 * overlap. What fails is logged and tried again after the pause.
 *
 * @returns dispose of it to stop; resolves when what is under way has ended.
 */
export function repeat(options: {
  /** For the log: what is done. */
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
