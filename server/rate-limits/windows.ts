import type { RateLimit } from '../../core/mod.ts';

/** The result of asking for one more request. */
export interface Taken {
  readonly admitted: boolean;
  /** Further requests that the window admits. */
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly endsIn: number;
  /** Identifies the window, so a refund never lands in a later one. */
  readonly window?: number;
}

/**
 * Counts requests in windows of a fixed length. A window begins with the first request after the
 * end of the one before, and nothing extends it: traffic below the limit is never refused.
 *
 * A window holds a count and an end, not a limit: when the limit changes, the count stays. A window
 * that would outlast a new, shorter length is cut to it.
 */
export interface Windows {
  /**
   * Counts one more request if it stays within the limit; a refused request does not count. Exact
   * under concurrency.
   *
   * @param name - the window's owner.
   * @returns synchronously where the counts are in memory.
   * @throws when the store is away.
   */
  take(name: string, limit: RateLimit): Taken | Promise<Taken>;

  /** Refunds a request to the window that counted it, unless that window has ended. */
  giveBack(name: string, taken: Taken): void | Promise<void>;
}
