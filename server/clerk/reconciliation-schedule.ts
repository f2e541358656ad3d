import type { Logger } from 'pino';

/** Calls back once after a time, unless the returned function is called first. */
export type Timer = (milliseconds: number, callback: () => void) => () => void;

const systemTimer: Timer = (milliseconds, callback) => {
  const timeout = setTimeout(callback, milliseconds);
  // Waiting for the next round keeps no process alive.
  timeout.unref();
  return () => clearTimeout(timeout);
};

/**
 * Reconciles now and then repeatedly, with a pause after the end of each round: two rounds never
 * overlap. A failure is logged, and the next round tries again.
 *
 * @returns dispose of it to stop: it aborts the running round, and resolves when that has ended.
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
