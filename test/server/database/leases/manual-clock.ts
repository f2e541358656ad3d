import type { Clock } from '../../../../server/clock/clock.ts';

/** A clock that the test moves. */
export class ManualClock implements Clock {
  #monotonic = 1000;
  #wall = 1_700_000_000_000;
  #timers: { readonly due: number; readonly run: () => void }[] = [];

  monotonic(): number {
    return this.#monotonic;
  }

  wall(): number {
    return this.#wall;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { due: this.#monotonic + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass, with its timers, and all that they set going. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      await settled();
      const due = this.#timers.filter((timer) => timer.due <= end);
      const next = due.sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#move(next.due - this.#monotonic);
      next.run();
    }
    this.#move(end - this.#monotonic);
  }

  /** Stops the process: time goes on, no timer fires. */
  stop(milliseconds: number): void {
    this.#move(milliseconds);
  }

  /** Suspends the machine: only the wall clock goes on. Negative sets it back. */
  suspend(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  #move(milliseconds: number): void {
    this.#monotonic += milliseconds;
    this.#wall += milliseconds;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
