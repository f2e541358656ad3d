/** A mutex: one user at a time, in order of arrival. */
export class Turns {
  #isTaken = false;
  /** Each callback begins a turn. */
  readonly #waiting = new Set<() => void>();

  /**
   * Waits for a turn.
   *
   * @param deadline - by `performance.now()`, when waiting ends.
   * @returns the function that ends the turn; a second call does nothing.
   * @throws the error from `late`, after the deadline.
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

  /**
   * The turn passes directly to the next in line: a free moment would let a newcomer overtake the
   * queue.
   */
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
