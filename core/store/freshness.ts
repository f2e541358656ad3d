/**
 * Hears what has changed.
 *
 * @param subjects - what the change touched, or `'everything'` when that cannot be told.
 * @param epoch - the epoch that is applied once the listener returns.
 */
export type InvalidationListener = (
  subjects: readonly string[] | 'everything',
  epoch: number,
) => void;

/**
 * What proves that a cache may be served from. A store that cannot give this proof gets no cache.
 *
 * The promise between the two sides: whatever is committed after `epoch()` reaches the listeners, in
 * the order of its epochs, before `isFresh()` is next true for a request that began after the
 * change was answered. Where that order was lost, the listeners hear `'everything'` instead.
 */
export interface Freshness {
  /**
   * Whether what was applied is still all there is to apply. Read at each use, never remembered: a
   * process may have been stopped since the last line of code.
   */
  isFresh(): boolean;

  /** The number of the last change applied: a non-negative integer that only grows, but at `'everything'`. */
  epoch(): number;

  /**
   * Registers a listener.
   *
   * @param listener - called synchronously for each change, before the change counts as applied.
   * @returns the function that ends it.
   */
  subscribe(listener: InvalidationListener): () => void;
}
