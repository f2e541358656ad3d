import type { Freshness } from '../store/freshness.ts';
import type { KeyRecord } from '../store/key-store.ts';
import { DigestTable, maxCells, slotBytes } from './digest-table.ts';
import { RecordInterner } from './record-interner.ts';
import { subjectsOf } from './subjects.ts';
import { TouchedCells } from './touched-cells.ts';

/** What a lookup found: a key, or why there is none. */
export type Loaded<Absent> =
  | { readonly key: KeyRecord }
  | {
      /** What is answered instead of a key; a shared constant, for it is kept by reference. */
      readonly absent: Absent;
      /** What would change this answer when touched; with none, it is not kept. */
      readonly subjects: readonly string[];
    };

/** Asks the store, and nothing else, what stands under a digest. */
export type Load<Absent> = (digest: string) => Loaded<Absent> | Promise<Loaded<Absent>>;

/** How a cache is made. */
export interface CoherentCacheOptions {
  /** The proof that what is cached still holds. */
  readonly freshness: Freshness;
  /** The most keys held. 100,000 when absent. */
  readonly maxEntries?: number;
  /** The most bytes they may take, by an estimate that is rather too high. 64 MiB when absent. */
  readonly maxBytes?: number;
  /** The most absent keys held, in a table of their own so that guesses push out no key. 4,096 when absent. */
  readonly maxAbsent?: number;
}

/** What a cache has done, for metrics. */
export interface CacheCounters {
  /** Answers without a lookup. */
  readonly hits: number;
  /** Lookups made. */
  readonly misses: number;
  /** Requests that waited for a lookup already under way instead of making their own. */
  readonly joins: number;
  /** Lookups whose answer was used once but not kept, since a change overtook it. */
  readonly taints: number;
  /** Keys pushed out by others. */
  readonly evictions: number;
  /** Keys held now. */
  readonly entries: number;
  /** Absent keys held now. */
  readonly absent: number;
  /** Estimated memory of what is held now, in bytes. */
  readonly bytes: number;
}

/** A bounded cache that answers only while it provably holds the present state. */
export interface CoherentCache<Absent> {
  /**
   * What stands under a digest, where that is cached and current.
   *
   * @param digest - SHA-256 of the raw key, 64 lower-case hexadecimal characters.
   * @returns the key or the absent answer; undefined where only a lookup can tell.
   */
  peek(digest: string): KeyRecord | Absent | undefined;
  /**
   * Looks up what stands under a digest, and keeps it if it may: for what `peek` could not tell.
   *
   * @param digest - as for `peek`.
   * @param load - asks the store; called at most once.
   * @returns the key or the absent answer; at once where the store answers at once.
   * @throws what `load` throws, to all who waited for it; nothing is kept then.
   */
  lookUp(digest: string, load: Load<Absent>): KeyRecord | Absent | Promise<KeyRecord | Absent>;
  /** What it has done so far. */
  counters(): CacheCounters;
  /** Stops listening and empties it; from then on each request is a lookup. */
  close(): void;
}

/** A lookup on its way, and the state of the world when it left. */
interface InFlight<Absent> {
  readonly epoch: number;
  readonly answer: Promise<KeyRecord | Absent>;
}

/**
 * Makes a coherent cache. It does not judge expiry and limits: the decision evaluates them at
 * each use.
 *
 * Three rules carry it; each has a test that removes it and sees a revoked key accepted.
 * 1. It answers from itself only while the freshness holds, asked at each use.
 * 2. An answer counts from the epoch applied when its lookup *left*: what was touched since then makes
 *    it stale the moment it arrives, so it serves those who wait for it and no later request.
 * 3. A request waits for a lookup already under way only while the freshness holds and nothing was
 *    applied since that lookup left. So everyone who waits began before the change was answered.
 *
 * @param options - freshness and bounds.
 * @returns the cache, empty.
 * @throws {RangeError} when a bound is not a positive integer.
 */
export function createCoherentCache<Absent extends object>(
  options: CoherentCacheOptions,
): CoherentCache<Absent> {
  return new Cache<Absent>(options);
}

function bound(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name} takes a positive integer, got ${value}`);
  }
  return value;
}

class Cache<Absent extends object> implements CoherentCache<Absent> {
  readonly #freshness: Freshness;
  readonly #keys: DigestTable<KeyRecord>;
  readonly #absent: DigestTable<Absent>;
  readonly #touched = new TouchedCells();
  readonly #interner = new RecordInterner();
  readonly #inFlight = new Map<string, InFlight<Absent>>();
  readonly #unsubscribe: () => void;
  #closed = false;
  /** Counts the times that everything went. A lookup that left before is kept by no later generation. */
  #generation = 0;
  /** Epochs are kept relative to this one, in 31 bits. */
  #base: number;
  #hits = 0;
  #misses = 0;
  #joins = 0;
  #taints = 0;

  constructor(options: CoherentCacheOptions) {
    const { freshness, maxEntries = 100_000, maxBytes = 64 * 2 ** 20, maxAbsent = 4096 } = options;
    this.#freshness = freshness;
    this.#keys = new DigestTable(
      bound('maxEntries', maxEntries),
      bound('maxBytes', maxBytes),
      this.#interner,
    );
    this.#absent = new DigestTable(bound('maxAbsent', maxAbsent), maxAbsent * slotBytes);
    this.#base = freshness.epoch();
    this.#unsubscribe = freshness.subscribe((subjects, epoch) => this.#apply(subjects, epoch));
  }

  peek(digest: string): KeyRecord | Absent | undefined {
    if (!this.#isFresh()) return undefined;
    const cached = this.#fresh(this.#keys, digest) ?? this.#fresh(this.#absent, digest);
    if (cached !== undefined) this.#hits += 1;
    return cached;
  }

  lookUp(digest: string, load: Load<Absent>): KeyRecord | Absent | Promise<KeyRecord | Absent> {
    const epoch = this.#freshness.epoch();
    const generation = this.#generation;
    const other = this.#isFresh() ? this.#inFlight.get(digest) : undefined;
    if (other?.epoch === epoch) {
      this.#joins += 1;
      return other.answer;
    }

    this.#misses += 1;
    const loaded = load(digest);
    if (!(loaded instanceof Promise)) return this.#keep(digest, loaded, epoch, generation);
    const arrived = () => {
      if (this.#inFlight.get(digest) === mine) this.#inFlight.delete(digest);
    };
    const answer = loaded.then((found) => this.#keep(digest, found, epoch, generation));
    const mine = { epoch, answer };
    // Also while not current: the next to come may be, and may then wait for this one.
    this.#inFlight.set(digest, mine);
    answer.then(arrived, arrived);
    return answer;
  }

  counters(): CacheCounters {
    return {
      hits: this.#hits,
      misses: this.#misses,
      joins: this.#joins,
      taints: this.#taints,
      evictions: this.#keys.evictions + this.#absent.evictions,
      entries: this.#keys.entries,
      absent: this.#absent.entries,
      bytes: this.#keys.bytes + this.#absent.bytes,
    };
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#empty(this.#base);
  }

  #fresh<Value>(table: DigestTable<Value>, digest: string): Value | undefined {
    const slot = table.find(digest);
    if (slot === -1 || !table.isFresh(slot, this.#touched.epochs)) return undefined;
    table.use(slot);
    return table.value(slot);
  }

  #isFresh(): boolean {
    return this.#freshness.isFresh() && !this.#closed;
  }

  #keep(
    digest: string,
    loaded: Loaded<Absent>,
    epoch: number,
    generation: number,
  ): KeyRecord | Absent {
    const found = 'key' in loaded;
    const subjects = found ? subjectsOf(loaded.key) : loaded.subjects;
    const cells = subjects.map((subject) => this.#touched.cellOf(subject));
    const value = found ? loaded.key : loaded.absent;
    if (this.#closed || cells.length === 0 || cells.length > maxCells) return value;

    const since = epoch - this.#base;
    if (generation !== this.#generation || this.#newest(cells) > since) {
      this.#taints += 1;
      return value;
    }
    if (!found) {
      this.#keys.remove(digest);
      this.#absent.put(digest, loaded.absent, since, cells, slotBytes);
      return value;
    }
    const { key, bytes } = this.#interner.intern(loaded.key);
    this.#absent.remove(digest);
    this.#keys.put(digest, key, since, cells, bytes + slotBytes);
    return key;
  }

  #newest(cells: readonly number[]): number {
    return cells.reduce((newest, cell) => Math.max(newest, this.#touched.epochs[cell] ?? 0), 0);
  }

  #apply(subjects: readonly string[] | 'everything', epoch: number): void {
    const since = epoch - this.#base;
    if (subjects === 'everything' || since >= 2 ** 31) {
      this.#empty(epoch);
      return;
    }
    for (const subject of subjects) this.#touched.touch(subject, since);
  }

  #empty(epoch: number): void {
    this.#generation += 1;
    this.#base = epoch;
    this.#inFlight.clear();
    this.#keys.clear();
    this.#absent.clear();
    this.#touched.clear();
    this.#interner.clear();
  }
}
