/** Lets one at a time do something, in the order in which they asked. */
export class Turns {
  #isTaken = false;
  /** Each begins a turn. */
  readonly #waiting = new Set<() => void>();

  /**
   * Waits for a turn.
   *
   * @param deadline - of `performance.now()`, when waiting ends.
   * @returns the function that ends the turn; called again, it does nothing.
   * @throws what `late` makes, after the deadline.
   */
  async take(deadline: number, late: () => Error): Promise<() => void> {
    if (this.#isTaken) await this.#wait(deadline, late);
    this.#isTaken = true;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#next();
    };
  }

  #wait(deadline: number, late: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(begin);
        reject(late());
      }, deadline - performance.now());
      this.#waiting.add(begin);
    });
  }

  /** The turn passes on without being free in between: a newcomer would get ahead of the queue. */
  #next(): void {
    const [begin] = this.#waiting;
    if (begin === undefined) {
      this.#isTaken = false;
      return;
    }
    this.#waiting.delete(begin);
    begin();
  }
}
