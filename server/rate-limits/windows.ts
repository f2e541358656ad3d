import type { RateLimit } from '../../core/mod.ts';

/** What came of asking for one more request. */
export interface Taken {
  readonly admitted: boolean;
  /** How many more the window admits. */
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly endsIn: number;
  /** Names the window, so that what was taken from one is not given back to the next. */
  readonly window?: number;
}

/**
 * Counts requests in windows of a fixed length. A window begins with the first request after the end
 * of the one before and nothing extends it, so traffic below the limit is never refused.
 *
 * A window holds a count and an end, not a limit: when the limit changes, the count stays. A window
 * that would outlast a new, shorter length is cut to it.
 */
export interface Windows {
  /**
   * Counts one more if that stays within the limit; what is refused counts for nothing. Exact,
   * however many ask at once.
   *
   * @param name - whose window.
   * @returns at once where the counts are in memory.
   * @throws when the store is away.
   */
  take(name: string, limit: RateLimit): Taken | Promise<Taken>;

  /** Takes one back out of the window that it was counted in, unless that is over. */
  giveBack(name: string, taken: Taken): void | Promise<void>;
}
