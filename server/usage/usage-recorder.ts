import { newId, type RandomSource, secureRandom } from '../../core/mod.ts';
import { isDatabaseAway } from '../database/is-database-away.ts';
import type { KeyCall } from './key-call.ts';
import { type RefusedBatch, RefusedTally } from './refused-attempts.ts';
import { RingBuffer } from './ring-buffer.ts';
import type { StoredCall, UsageStore } from './usage-store.ts';

/** Takes calls in, beside the response. */
export interface UsageSink {
  /**
   * Never waits and never throws: a call that does not fit is shed and counted. One that was answered
   * 401 is a refused attempt and nothing else.
   */
  record(call: KeyCall): void;
}

/** What a recorder has done so far. */
export interface UsageCounters {
  /** Calls taken in. */
  readonly recorded: number;
  /** Calls that are lost: the buffer was full, or the database refused them for good. */
  readonly shed: number;
  /** Calls that wait to be stored. */
  readonly pending: number;
  /** Calls stored. */
  readonly flushed: number;
  /** Attempts to store that failed. */
  readonly failures: number;
}

/** Records calls in the background. */
export interface UsageRecorder extends UsageSink, AsyncDisposable {
  /** Stores everything that waits; resolves also when the database is away and it has to wait on. */
  flush(): Promise<void>;
  counters(): UsageCounters;
}

/** Calls `run` every so many milliseconds; the answer stops it. */
export type Every = (milliseconds: number, run: () => void) => () => void;

/** What a recorder is made of. */
export interface UsageRecorderOptions {
  readonly store: UsageStore;
  /** How many calls may wait; 65,536 when absent. */
  readonly capacity?: number;
  readonly every?: Every;
  readonly random?: RandomSource;
  /** Hears why a batch was not stored. */
  readonly onError: (error: unknown) => void;
}

/** Half of the second that `last_used_at` may be behind: the other half is for storing. */
const storeIntervalMs = 500;

/** Attempts at a batch that the database is there for and refuses: after them it is given up. */
const maxAttempts = 20;

/** Turns of the timer from one storing of refused attempts to the next: a minute. */
const refusedEvery = 60_000 / storeIntervalMs;

/**
 * Makes a recorder: a ring buffer, drained twice a second in batches. A batch that failed is tried
 * again as it is, ids included, so that one that was stored without our hearing of it is recognized.
 * Refused attempts are summed up, and stored once a minute. Disposing of the recorder stores everything that waits.
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
        // The database away: keep everything for as long as there is room.
        if (isDatabaseAway(error) || ++attempts < maxAttempts) return;
        givenUp += batch.length;
      }
      batch = [];
      attempts = 0;
      // SQLite stores without ever leaving this turn of the event loop: let requests in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!refusalsDue) return;
    refusalsDue = false;
    await storeRefusals();
  }

  /** A batch whose answer was lost is added twice: sums have no ids by which to know them. */
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
    // What is under way may have failed before: then this is the next attempt.
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
 * Gives the calls of a batch their ids. Their random part is drawn once and counts up from there: an
 * id need not be hard to guess, and calls of the same millisecond stay in order.
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

/** Does not keep the process alive: disposing of the recorder ends it. */
function everyInterval(milliseconds: number, run: () => void): () => void {
  const timer = setInterval(run, milliseconds).unref();
  return () => clearInterval(timer);
}
