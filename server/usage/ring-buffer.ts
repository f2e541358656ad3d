/**
 * A queue of fixed capacity. Items that do not fit are shed and counted: `push` never waits, never
 * fails, and allocates nothing.
 */
export class RingBuffer<Item> {
  readonly #slots: (Item | undefined)[];
  #first = 0;
  #length = 0;
  #shed = 0;

  /** @param capacity - maximum of items, at least one. */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError('capacity must be a positive integer');
    }
    this.#slots = new Array(capacity).fill(undefined);
  }

  /** Number of waiting items. */
  get length(): number {
    return this.#length;
  }

  /** Number of items shed so far. */
  get shed(): number {
    return this.#shed;
  }

  /**
   * Appends an item.
   *
   * @returns false when the buffer is full and the item was shed.
   */
  push(item: Item): boolean {
    const slots = this.#slots;
    const capacity = slots.length;
    if (this.#length === capacity) {
      this.#shed++;
      return false;
    }
    const next = this.#first + this.#length++;
    slots[next < capacity ? next : next - capacity] = item;
    return true;
  }

  /** Removes up to `maximum` items, oldest first. */
  take(maximum: number): Item[] {
    const slots = this.#slots;
    const taken: Item[] = [];
    while (this.#length > 0 && taken.length < maximum) {
      // A slot within the length always holds an item.
      taken.push(slots[this.#first] as Item);
      slots[this.#first] = undefined;
      this.#first = this.#first + 1 === slots.length ? 0 : this.#first + 1;
      this.#length--;
    }
    return taken;
  }
}
