import { newId, type RandomSource, secureRandom } from '../../core/mod.ts';
import { minute } from '../clock/durations.ts';
import { isDatabaseAway } from '../database/is-database-away.ts';
import type { KeyCall } from './key-call.ts';
import { type RefusedBatch, RefusedTally } from './refused-attempts.ts';
import { RingBuffer } from './ring-buffer.ts';
import type { StoredCall, UsageStore } from './usage-store.ts';

/** Records calls in the background of their responses. */
export interface UsageSink {
  /**
   * Never waits and never throws: a call that does not fit is shed and counted. A call with a 401
   * response counts only as a refused attempt.
   */
  record(call: KeyCall): void;
}

/** Counters of a recorder since its start. */
export interface UsageCounters {
  /** Accepted calls. */
  readonly recorded: number;
  /** Lost calls: the buffer was full, or the database refused them for good. */
  readonly shed: number;
  /** Calls waiting to be stored. */
  readonly pending: number;
  /** Stored calls. */
  readonly flushed: number;
  /** Failed attempts to store. */
  readonly failures: number;
}

/** Records calls in the background. */
export interface UsageRecorder extends UsageSink, AsyncDisposable {
  /**
   * Stores all waiting calls. Also resolves when the database is away and they have to wait longer.
   */
  flush(): Promise<void>;
  counters(): UsageCounters;
}

/** Calls `run` at an interval; the returned function stops it. */
export type Every = (milliseconds: number, run: () => void) => () => void;

/** Options of a recorder. */
export interface UsageRecorderOptions {
  readonly store: UsageStore;
  /** Maximum of waiting calls; 65,536 when absent. */
  readonly capacity?: number;
  readonly every?: Every;
  readonly random?: RandomSource;
  /** Called with the reason why a batch was not stored. */
  readonly onError: (error: unknown) => void;
}

/** Half of the second by which `last_used_at` may be late: the other half is for storing. */
const storeIntervalMs = 500;

/**
 * Maximum of attempts at a batch while the database is available and refuses it; then it is
 * dropped.
 */
const maxAttempts = 20;

/** Timer ticks between two storings of refused attempts: a minute. */
const refusedEvery = minute / storeIntervalMs;

/**
 * Creates a recorder: a ring buffer, drained twice a second in batches. A failed batch is retried
 * unchanged, ids included: one that was stored although its response was lost is then recognized.
 * Refused attempts are summed up, and stored once a minute. Disposing of the recorder stores all
 * waiting calls.
 */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const {
    store,
    capacity = 65_536,
    every = everyInterval,
    random = secureRandom,
    onError,
  } = options;
  const waiting = new RingBuffer<KeyCall>(capacity);
  const refusals = new RefusedTally();
  let refusedBatch: RefusedBatch | null = null;
  let refusedAttempts = 0;
  let refusalsDue = false;
  let turns = 0;
  let batch: readonly StoredCall[] = [];
  let attempts = 0;
  let taken = 0;
  let flushed = 0;
  let givenUp = 0;
  let failures = 0;
  let draining: Promise<void> | null = null;

  async function drain(): Promise<void> {
    while (batch.length > 0 || waiting.length > 0) {
      if (batch.length === 0) batch = withIds(waiting.take(store.batchSize), random);
      try {
        await store.ingest(batch);
        flushed += batch.length;
      } catch (error) {
        failures++;
        onError(error);
        // The database is away: the batch stays, and new calls wait while there is room.
        if (isDatabaseAway(error) || ++attempts < maxAttempts) return;
        givenUp += batch.length;
      }
      batch = [];
      attempts = 0;
      // SQLite stores without yielding the event loop: requests get a turn between batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!refusalsDue) return;
    refusalsDue = false;
    await storeRefusals();
  }

  /** A batch whose response was lost is added twice: sums have no ids to recognize it by. */
  async function storeRefusals(): Promise<void> {
    if (refusedBatch === null) {
      if (refusals.length === 0) return;
      refusedBatch = refusals.take();
      refusedAttempts = 0;
    }
    try {
      await store.ingestRefused(refusedBatch);
    } catch (error) {
      failures++;
      onError(error);
      if (isDatabaseAway(error) || ++refusedAttempts < maxAttempts) return;
    }
    refusedBatch = null;
  }

  function startDraining(): Promise<void> {
    draining ??= drain().finally(() => {
      draining = null;
    });
    return draining;
  }

  async function flush(): Promise<void> {
    // A drain in flight may have failed before this call: wait for it, then try again.
    await draining;
    refusalsDue = true;
    await startDraining();
  }

  const stop = every(storeIntervalMs, () => {
    turns++;
    if (turns % refusedEvery === 0) refusalsDue = true;
    void startDraining();
  });
  return {
    record(call) {
      if (call.refused !== null) refusals.add(call, call.refused);
      if (call.statusCode !== 401 && waiting.push(call)) taken++;
    },
    flush,
    counters: () => ({
      recorded: taken,
      shed: waiting.shed + givenUp + refusals.shed,
      pending: waiting.length + batch.length,
      flushed,
      failures,
    }),
    async [Symbol.asyncDispose]() {
      stop();
      await flush();
    },
  };
}

/**
 * Assigns ids to a batch's calls. The random part is drawn once and counts up from there: an id
 * need not be hard to guess, and calls of the same millisecond stay in order.
 */
function withIds(calls: readonly KeyCall[], random: RandomSource): StoredCall[] {
  const bytes = new Uint8Array(10);
  bytes.set(random(6));
  const count = new DataView(bytes.buffer, 6);
  return calls.map((call, index) => {
    count.setUint32(0, index);
    return { id: newId('use', call.at, () => bytes), ...call };
  });
}

/** Does not keep the process alive: disposing of the recorder ends the timer. */
function everyInterval(milliseconds: number, run: () => void): () => void {
  const timer = setInterval(run, milliseconds).unref();
  return () => clearInterval(timer);
}
