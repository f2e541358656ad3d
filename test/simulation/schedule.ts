interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: the future events, in order. A binary heap. */
export class Schedule {
  /** The present moment, in real (simulated) milliseconds. */
  now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  /** Runs something after a while; returns the function that cancels it. */
  in(milliseconds: number, run: () => void): () => void {
    let wanted = true;
    const event = {
      at: this.now + Math.max(0, milliseconds),
      order: this.#order++,
      run: () => wanted && run(),
    };
    let index = this.#heap.push(event) - 1;
    for (; index > 0; index = (index - 1) >> 1) {
      const parent = this.#heap[(index - 1) >> 1];
      if (parent === undefined || !before(event, parent)) break;
      this.#heap[index] = parent;
    }
    this.#heap[index] = event;
    return () => {
      wanted = false;
    };
  }

  /** Lets the next thing happen; false when nothing is left before `end`. */
  step(end: number): boolean {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first.at > end) return false;
    if (first !== last) this.#sink(last);
    this.now = first.at;
    first.run();
    return true;
  }

  #sink(event: Event): void {
    let index = 0;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child = left && right && before(right, left) ? right : left;
      if (child === undefined || !before(child, event)) break;
      this.#heap[index] = child;
      index = 2 * index + (child === left ? 1 : 2);
    }
    this.#heap[index] = event;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
