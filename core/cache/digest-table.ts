/** A row is one cache line of sixteen 32-bit words; these are the offsets of its fields. */
const stride = 16;
const nextAt = 8;
const epochAt = 9;
const cellsAt = 10;
const stateAt = 14;
const bytesAt = 15;

/** States of a slot. The clock hand spares a used slot once. */
const idle = 0;
const used = 1;
const free = 2;

/** The maximum of used slots that the clock hand skips per eviction: eviction stays O(1). */
const maxSkips = 32;

/** The most subjects that an entry can depend on. */
export const maxCells = 4;

/** The bytes of a slot beside the value itself: row, bucket and reference. */
export const slotBytes = 80;

/** Content that values share: it counts towards the bound, and leaves with its last value. */
export interface SharedContent<Value> {
  /** The bytes of all shared content in the table. */
  readonly bytes: number;
  /** Releases the shared content of a value that leaves the table. */
  release(value: Value): void;
}

/** Reads a word. The index is always within the array, which the type system cannot see. */
function word(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

/** The value of a lower-case hexadecimal character. */
function nibble(code: number): number {
  return (code & 15) + 9 * (code >> 6);
}

/**
 * A bounded table from SHA-256 digests to values. A `Map` would spend twice the memory on the digest
 * as text and on its own entries; here the 32 bytes stand in the row, the collector sees one
 * reference per entry, and finding one allocates nothing.
 */
export class DigestTable<Value> {
  readonly #rows: Int32Array;
  readonly #heads: Int32Array;
  readonly #values: (Value | undefined)[] = [];
  readonly #digest = new Int32Array(8);
  readonly #shift: number;
  // A client chooses its keys, and so their digests; these keep it from aiming at one bucket.
  readonly #seed = crypto.getRandomValues(new Int32Array(2));
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #shared: SharedContent<Value> | null;
  #firstFree = -1;
  #hand = 0;
  #entries = 0;
  #bytes = 0;
  #evictions = 0;

  /**
   * @param maxEntries - the most entries held; their rows are reserved up front, used page by page.
   * @param maxBytes - the most bytes held, as estimated by the caller of `put`.
   * @param shared - the content that values share, beside their own bytes.
   */
  constructor(maxEntries: number, maxBytes: number, shared: SharedContent<Value> | null = null) {
    const bits = Math.max(1, Math.ceil(Math.log2(maxEntries)));
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#shared = shared;
    this.#rows = new Int32Array(maxEntries * stride);
    this.#heads = new Int32Array(2 ** bits).fill(-1);
    this.#shift = 32 - bits;
  }

  /** How many entries are held. */
  get entries(): number {
    return this.#entries;
  }

  /** The estimated bytes of all entries, with their shared content. */
  get bytes(): number {
    return this.#bytes + (this.#shared?.bytes ?? 0);
  }

  /** The number of entries evicted so far. */
  get evictions(): number {
    return this.#evictions;
  }

  /**
   * Finds a digest.
   *
   * @param digest - 64 lower-case hexadecimal characters.
   * @returns its slot, or -1.
   */
  find(digest: string): number {
    this.#read(digest);
    let slot = word(this.#heads, this.#bucket());
    while (slot !== -1 && !this.#matches(slot)) slot = word(this.#rows, slot * stride + nextAt);
    return slot;
  }

  /** The value of a slot that `find` gave. */
  value(slot: number): Value | undefined {
    return this.#values[slot];
  }

  /** Marks a slot as used, which spares it the next eviction. */
  use(slot: number): void {
    this.#rows[slot * stride + stateAt] = used;
  }

  /**
   * Whether none of a slot's cells was touched after the slot's epoch.
   *
   * @param slot - a slot that `find` gave.
   * @param touched - the newest epoch by cell.
   */
  isFresh(slot: number, touched: Int32Array): boolean {
    const rows = this.#rows;
    const row = slot * stride;
    const epoch = word(rows, row + epochAt);
    return (
      word(touched, word(rows, row + cellsAt)) <= epoch &&
      word(touched, word(rows, row + cellsAt + 1)) <= epoch &&
      word(touched, word(rows, row + cellsAt + 2)) <= epoch &&
      word(touched, word(rows, row + cellsAt + 3)) <= epoch
    );
  }

  /**
   * Adds or replaces an entry, and evicts others until it fits. An entry that alone is over the
   * bound is not kept.
   *
   * @param digest - 64 lower-case hexadecimal characters.
   * @param value - the value; its shared content is counted already.
   * @param epoch - the epoch applied when the value was asked for, relative to the base.
   * @param cells - one to four cells that the value depends on.
   * @param bytes - the estimated size without the shared content, at least `slotBytes`.
   */
  put(digest: string, value: Value, epoch: number, cells: readonly number[], bytes: number): void {
    this.remove(digest);
    const isFull = () => this.#entries >= this.#maxEntries || this.bytes + bytes > this.#maxBytes;
    while (isFull()) {
      if (this.#entries === 0) {
        this.#shared?.release(value);
        return;
      }
      this.#evict();
    }
    const slot = this.#claim();
    const row = slot * stride;
    this.#read(digest);
    const bucket = this.#bucket();
    this.#rows.set(this.#digest, row);
    this.#rows[row + nextAt] = word(this.#heads, bucket);
    this.#heads[bucket] = slot;
    this.#rows[row + epochAt] = epoch;
    for (let i = 0; i < maxCells; i++) this.#rows[row + cellsAt + i] = cells[i] ?? cells[0] ?? 0;
    this.#rows[row + stateAt] = idle;
    this.#rows[row + bytesAt] = bytes;
    this.#values[slot] = value;
    this.#entries += 1;
    this.#bytes += bytes;
  }

  /**
   * Removes a digest, if it is there.
   *
   * @param digest - 64 lower-case hexadecimal characters.
   */
  remove(digest: string): void {
    const slot = this.find(digest);
    if (slot !== -1) this.#release(slot);
  }

  /** Removes all. */
  clear(): void {
    this.#heads.fill(-1);
    this.#values.length = 0;
    this.#firstFree = -1;
    this.#hand = 0;
    this.#entries = 0;
    this.#bytes = 0;
  }

  #read(digest: string): void {
    if (digest.length !== 64) throw new TypeError('expected 64 hexadecimal characters');
    for (let i = 0, at = 0; i < 8; i++) {
      let bits = 0;
      for (const end = at + 8; at < end; at++) bits = (bits << 4) | nibble(digest.charCodeAt(at));
      this.#digest[i] = bits;
    }
  }

  #bucket(): number {
    const first = Math.imul(word(this.#digest, 0), word(this.#seed, 0) | 1);
    const second = Math.imul(word(this.#digest, 1), word(this.#seed, 1) | 1);
    return (first + second) >>> this.#shift;
  }

  #matches(slot: number): boolean {
    const row = slot * stride;
    for (let i = 0; i < 8; i++) {
      if (word(this.#rows, row + i) !== word(this.#digest, i)) return false;
    }
    return true;
  }

  #claim(): number {
    const slot = this.#firstFree;
    if (slot === -1) return this.#values.length;
    this.#firstFree = word(this.#rows, slot * stride + nextAt);
    return slot;
  }

  #evict(): void {
    for (let spared = 0; ; this.#hand++) {
      if (this.#hand >= this.#values.length) this.#hand = 0;
      const state = this.#hand * stride + stateAt;
      if (this.#rows[state] === free) continue;
      if (this.#rows[state] === idle || spared === maxSkips) break;
      this.#rows[state] = idle;
      spared += 1;
    }
    this.#evictions += 1;
    this.#release(this.#hand);
    // The new entry takes this slot next: the hand moves on, so it reaches that entry last.
    this.#hand += 1;
  }

  #release(slot: number): void {
    const value = this.#values[slot];
    if (value !== undefined) this.#shared?.release(value);
    const rows = this.#rows;
    const row = slot * stride;
    this.#digest.set(rows.subarray(row, row + 8));
    const bucket = this.#bucket();
    const next = word(rows, row + nextAt);
    let before = word(this.#heads, bucket);
    if (before === slot) this.#heads[bucket] = next;
    else {
      while (word(rows, before * stride + nextAt) !== slot) {
        before = word(rows, before * stride + nextAt);
      }
      rows[before * stride + nextAt] = next;
    }
    this.#values[slot] = undefined;
    this.#entries -= 1;
    this.#bytes -= word(rows, row + bytesAt);
    rows[row + stateAt] = free;
    rows[row + nextAt] = this.#firstFree;
    this.#firstFree = slot;
  }
}
