import type { Logger } from 'pino';
import { unavailableCode } from './is-database-away.ts';

/** Milliseconds between two log lines with the same code: an outage fails every request. */
const lineIntervalMs = 1_000;

/** Error codes of database outages, for the operator; callers only get 503. */
export interface Outages {
  /**
   * Counts an error by its code, and logs the first of each code per second.
   *
   * @returns false for an error with another cause than the database's availability: it is not
   * counted.
   */
  note(error: unknown): boolean;
  /** Number of errors by code. */
  counts(): ReadonlyMap<string, number>;
}

/**
 * Creates an empty count.
 *
 * @param now - milliseconds of a monotonic clock.
 */
export function createOutages(
  logger: Pick<Logger, 'warn'>,
  now: () => number = () => performance.now(),
): Outages {
  const counts = new Map<string, number>();
  const loggedAt = new Map<string, number>();
  return {
    note(error) {
      const code = unavailableCode(error);
      if (code === null) return false;
      const count = (counts.get(code) ?? 0) + 1;
      counts.set(code, count);
      const instant = now();
      if (instant - (loggedAt.get(code) ?? Number.NEGATIVE_INFINITY) >= lineIntervalMs) {
        loggedAt.set(code, instant);
        logger.warn({ code, count, err: error }, 'the database cannot be asked');
      }
      return true;
    },
    counts: () => counts,
  };
}
