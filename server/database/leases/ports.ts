/** The two clocks of this process, and its timers. */
export interface LeaseClock {
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

/** How long leases last. The same on every process of a deployment. All in milliseconds. */
export interface LeaseTiming {
  /** How long a taking-away operation waits, at most, for a holder that keeps silent. */
  readonly length: number;
  /** By how much sooner a holder stops: what two clocks may differ by in the course of a lease. */
  readonly margin: number;
}

/** On PostgreSQL, where NOTIFY makes everything faster than the lease. */
export const postgresqlTiming: LeaseTiming = Object.freeze({ length: 2000, margin: 100 });

/** On one SQLite file, where nothing announces a change: renewed, and so polled, every 25 ms. */
export const sqliteTiming: LeaseTiming = Object.freeze({ length: 100, margin: 5 });

/** What a renewal or an announcement brings. */
export interface News {
  /** The newest epoch that it tells of. */
  readonly epoch: number;
  /**
   * What was touched up to that epoch: of a renewal after the epoch that it acknowledged, of an
   * announcement in that epoch alone.
   */
  readonly subjects: readonly string[];
}

/** What a holder tells the database. */
export interface Report {
  /** The newest epoch that it has applied. */
  readonly applied: number;
  /** What an announcement said to be touched in that epoch; null where the database itself said it. */
  readonly claimed: readonly string[] | null;
}

/** What an announcement of a holder says: what it has applied, committed before it was announced. */
export interface Acknowledgement {
  readonly id: string;
  readonly epoch: number;
}

/**
 * A holder's side of the database. Each call is one transaction, begun after the call was made, on
 * the primary, and sees one snapshot of committed state. Each rejects when the database is away.
 */
export interface HolderPort {
  /**
   * Registers a holder that has applied the present epoch.
   *
   * @param id - never used before.
   * @returns that epoch.
   */
  join(id: string): Promise<number>;

  /**
   * Records what a holder has applied (never less than before), tells what is new, and counts the
   * renewal in the holder's row: for good, so that not even the database's crash takes it back. Only
   * where acknowledgements count too, one that records and tells nothing need not be counted.
   *
   * @param id - the holder.
   * @param report - what it has applied.
   * @returns what is new; null when the holder's row is gone, and when there is no such epoch as was
   * claimed, or it touched more: then nothing is recorded.
   */
  renew(id: string, report: Report): Promise<News | null>;

  /**
   * Records and tells the same, as fast as it can: what it records may be lost if the database
   * crashes. It is counted for good or not at all. No lease rests on it.
   */
  acknowledge(id: string, report: Report): Promise<News | null>;

  /** Removes a holder that has stopped serving from its cache. */
  leave(id: string): Promise<void>;

  /** Deletes invalidations that every holder has acknowledged. */
  prune(): Promise<void>;
}

/** A holder as one snapshot shows it. */
export interface SeenHolder {
  readonly id: string;
  /** The count of its renewals. */
  readonly renewals: number;
}

/** Who is behind an epoch. */
export interface Laggards {
  readonly epoch: number;
  readonly holders: readonly SeenHolder[];
}

/** A taking-away operation's side of the database; of each call holds what holds of `HolderPort`'s. */
export interface WaitPort {
  /**
   * Who has not yet acknowledged an epoch.
   *
   * @param epoch - the epoch; null for the newest committed.
   * @returns that epoch and the holders that are behind it.
   */
  behind(epoch: number | null): Promise<Laggards>;

  /** Deletes, of the holders given, those whose count of renewals is still the one given. */
  presumeDead(holders: readonly SeenHolder[]): Promise<void>;
}
