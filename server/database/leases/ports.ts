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

/** A row of the audit log by its place and its MAC, which stands for all rows before it. */
export interface AuditHead {
  /** 0 in an empty log. */
  readonly seq: number;
  readonly mac: string;
}

/** A restore of the database that the operator was told of; see `cli restore`. */
export interface Restoration {
  readonly id: string;
  /** Whether the operator has accepted what was lost. */
  readonly accepted: boolean;
}

/** A database's history in one snapshot, compared with what a holder has seen. */
export interface History {
  /** The newest epoch. */
  readonly epoch: number;
  /** The end of the audit log. */
  readonly head: AuditHead;
  /** Whether the audit log holds every head that was asked for. */
  readonly holdsHeads: boolean;
  readonly restorations: readonly Restoration[];
}

/** What a holder records. */
export interface Report {
  /** The newest epoch that it has applied. */
  readonly applied: number;
  /** The marks that its row may hold: of its last answered report, and of those unanswered since. */
  readonly marks: readonly string[];
  /** The mark that this report writes, never used before. */
  readonly mark: string;
  /** Rows of the audit log that it has seen. */
  readonly heads: readonly AuditHead[];
}

/** The answer to a report. */
export interface Invalidations {
  readonly history: History;
  /** Null when there is no row that holds one of the marks: then nothing was recorded. */
  readonly mine: {
    /** The mark that the row holds now. */
    readonly mark: string;
    /**
     * All that was touched after the epoch reported as applied, up to the newest; `'everything'` where
     * an epoch in between has no invalidation, for example because of a hand-typed statement.
     */
    readonly subjects: readonly string[] | 'everything';
  } | null;
}

/** A hint that a holder has recorded an epoch; anybody who may connect can announce one. */
export interface Acknowledgement {
  readonly id: string;
  readonly epoch: number;
}

/**
 * A holder's side of the database. Each call is one transaction, begun after the call was made, on
 * the primary, and sees one snapshot of committed state. Each rejects when the database is away.
 *
 * A report that records something, or whose answer holds something new, writes its mark in the
 * transaction that it read in. So a row that holds a mark is of a history that holds everything that
 * the holder has applied.
 */
export interface HolderPort {
  /**
   * Registers a holder that has applied the present epoch.
   *
   * @param id - never used before.
   * @param mark - the first mark of its row.
   * @param heads - rows of the audit log that it has seen.
   */
  join(id: string, mark: string, heads: readonly AuditHead[]): Promise<History>;

  /**
   * Records what a holder has applied (never less than before) and tells what is new, where the
   * holder's row holds one of the marks (compare and set). Writes the mark for good, so that not even
   * the database's crash takes it back. Only where acknowledgements are durable too, a renewal that
   * records and tells nothing need not write.
   */
  renew(id: string, report: Report): Promise<Invalidations>;

  /**
   * Records and tells the same, as fast as it can: what it writes may be lost if the database
   * crashes, and it writes nothing where it records and tells nothing. No lease rests on it.
   */
  acknowledge(id: string, report: Report): Promise<Invalidations>;

  /** Removes a holder that has stopped serving from its cache. */
  leave(id: string): Promise<void>;

  /** Deletes invalidations that every holder has acknowledged. */
  prune(): Promise<void>;
}

/** A holder as one snapshot shows it. */
export interface SeenHolder {
  readonly id: string;
  readonly mark: string;
}

/** The holders that are behind an epoch. */
export interface PendingHolders {
  readonly epoch: number;
  readonly holders: readonly SeenHolder[];
  /**
   * The timeline of a failover that no operation has waited out yet: it may have lost the rows of
   * holders that still serve. Null when there was none.
   */
  readonly failover: string | null;
}

/** A taking-away operation's side of the database; of each call holds what holds of `HolderPort`'s. */
export interface WaitPort {
  /**
   * The holders that have not acknowledged an epoch.
   *
   * @param epoch - the epoch; null for the newest committed.
   */
  behind(epoch: number | null): Promise<PendingHolders>;

  /** Deletes, of the holders given, those whose mark is still the one given. */
  evict(holders: readonly SeenHolder[]): Promise<void>;

  /**
   * Records that a lease has passed since a failover was seen: no holder that it lost serves any more.
   *
   * @param failover - its timeline.
   */
  outlive(failover: string): Promise<void>;
}
