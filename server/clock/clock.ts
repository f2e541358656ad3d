/** The two clocks of this process, and its timers. */
export interface Clock {
  /** Milliseconds that never jump; they may stand still while the machine is suspended. */
  monotonic(): number;
  /** Unix milliseconds; they go on while the machine is suspended, and may be set. */
  wall(): number;
  /**
   * Runs something later.
   *
   * @param milliseconds - how much later, by the monotonic clock.
   * @param run - what to run.
   * @returns the function that cancels it.
   */
  after(milliseconds: number, run: () => void): () => void;
}
