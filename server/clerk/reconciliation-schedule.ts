import type { Logger } from 'pino';

/** Calls back once after a time, unless the returned function is called before. */
export type Timer = (milliseconds: number, callback: () => void) => () => void;

const systemTimer: Timer = (milliseconds, callback) => {
  const timeout = setTimeout(callback, milliseconds);
  // Waiting for the next round keeps no process alive.
  timeout.unref();
  return () => clearTimeout(timeout);
};

/**
 * Reconciles at once and then again and again, a pause after the end of each, so that two never
 * overlap. One that fails is logged, and the next tries again.
 *
 * @returns dispose of it to stop: it aborts the one under way, and resolves when that has ended.
 */
export function startReconciliation(options: {
  readonly reconcile: (signal: AbortSignal) => Promise<unknown>;
  readonly logger: Pick<Logger, 'error'>;
  /** The pause in milliseconds; five minutes when absent. */
  readonly intervalMs?: number;
  readonly timer?: Timer;
}): AsyncDisposable {
  const { reconcile, logger, intervalMs = 300_000, timer = systemTimer } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let cancel = () => {};
  let inFlight = round();

  async function round(): Promise<void> {
    try {
      await reconcile(signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.error({ err: error }, 'reconciliation with Clerk failed');
    }
    if (signal.aborted) return;
    cancel = timer(intervalMs, () => {
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
