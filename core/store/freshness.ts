/**
 * Callback for changes.
 *
 * @param subjects - the subjects that the change touched, or `'everything'` when they are unknown.
 * @param epoch - the epoch that is applied once the listener returns.
 */
export type InvalidationListener = (
  subjects: readonly string[] | 'everything',
  epoch: number,
) => void;

/**
 * The proof that cached records are still valid. A store that cannot give this proof gets no cache.
 *
 * The contract: every change committed after `epoch()` reaches the listeners, in the order of the
 * epochs, before `isFresh()` is next true for a request that began after the change was answered.
 * Where that order was lost, the listeners get `'everything'` instead.
 */
export interface Freshness {
  /**
   * Whether no change is left to apply. Read at each use, never remembered: the process may have
   * been suspended since the last line of code.
   */
  isFresh(): boolean;

  /** The last applied change's number: a non-negative integer. Only `'everything'` may lower it. */
  epoch(): number;

  /**
   * Registers a listener.
   *
   * @param listener - called synchronously for each change, before the change counts as applied.
   * @returns the function that removes it.
   */
  subscribe(listener: InvalidationListener): () => void;
}
