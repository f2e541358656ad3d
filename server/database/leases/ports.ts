/** Lease durations, in milliseconds. They must be the same on every process of a deployment. */
export interface LeaseTiming {
  /** How long a revocation waits, at most, for a holder that does not respond. */
  readonly length: number;
  /** How much earlier a holder stops: the maximum drift between two clocks during a lease. */
  readonly margin: number;
}

/** On PostgreSQL, where NOTIFY makes everything faster than the lease. */
export const postgresqlTiming: LeaseTiming = Object.freeze({ length: 2000, margin: 100 });

/** On one SQLite file, where there are no notifications: renewed, and so polled, every 25 ms. */
export const sqliteTiming: LeaseTiming = Object.freeze({ length: 100, margin: 5 });

/** A row of the audit log by its place and its MAC, which covers all rows before it. */
export interface AuditHead {
  /** 0 in an empty log. */
  readonly seq: number;
  readonly mac: string;
}

/** A restore of the database that an operator declared; see `cli restore`. */
export interface Restoration {
  readonly id: string;
  /** Whether the operator has accepted the loss. */
  readonly accepted: boolean;
}

/** A database's history in one snapshot, for comparison with a holder's. */
export interface History {
  /** The newest epoch. */
  readonly epoch: number;
  /** The end of the audit log. */
  readonly head: AuditHead;
  /** Whether the audit log holds every requested head. */
  readonly holdsHeads: boolean;
  readonly restorations: readonly Restoration[];
}

/** A holder's report to the database. */
export interface Report {
  /** The newest applied epoch. */
  readonly applied: number;
  /**
   * The marks that the holder's row may have: of its last answered report, and of later unanswered
   * ones.
   */
  readonly marks: readonly string[];
  /** The mark that this report writes; it must be unused so far. */
  readonly mark: string;
  /** Rows of the audit log that the holder has seen. */
  readonly heads: readonly AuditHead[];
}

/** The answer to a report. */
export interface Invalidations {
  readonly history: History;
  /** Null when no row has one of the marks: then nothing was recorded. */
  readonly mine: {
    /** The row's present mark. */
    readonly mark: string;
    /**
     * Subjects of all epochs after the reported one, up to the newest. `'everything'` where an
     * epoch in between has no invalidation, for example because of a hand-typed statement.
     */
    readonly subjects: readonly string[] | 'everything';
  } | null;
}

/** A hint that a holder has recorded an epoch; any role that may connect can send one. */
export interface Acknowledgement {
  readonly id: string;
  readonly epoch: number;
}

/**
 * A holder's side of the database. Each call is one transaction that begins after the call, on the
 * primary, and sees one snapshot of committed state. Each rejects when the database is away.
 *
 * A report that records something, or whose answer holds something new, writes its mark in the
 * transaction that it read in. A row with a given mark therefore belongs to a history that holds
 * everything the holder has applied.
 */
export interface HolderPort {
  /**
   * Registers a holder that has applied the present epoch.
   *
   * @param id - must be unused so far.
   * @param mark - the first mark of its row.
   * @param heads - rows of the audit log that it has seen.
   */
  join(id: string, mark: string, heads: readonly AuditHead[]): Promise<History>;

  /**
   * Records a holder's applied epoch (never a lower one than before) and returns later
   * invalidations, where the holder's row has one of the marks (compare and set). Writes the mark
   * durably: even a crash of the database cannot undo it. A renewal that records and returns
   * nothing may skip the write only where an acknowledgement is lost, if at all, together with every
   * holder.
   */
  renew(id: string, report: Report): Promise<Invalidations>;

  /**
   * Records and returns the same, as fast as it can. Its writes may be lost if the database
   * crashes, and it skips the write where it records and returns nothing. No lease rests on it.
   */
  acknowledge(id: string, report: Report): Promise<Invalidations>;

  /** Removes a holder that has stopped serving from its cache. */
  leave(id: string): Promise<void>;

  /** Deletes invalidations that every holder has acknowledged. */
  prune(): Promise<void>;
}

/** A holder in one snapshot. */
export interface SeenHolder {
  readonly id: string;
  readonly mark: string;
}

/** The holders that are behind an epoch. */
export interface PendingHolders {
  readonly epoch: number;
  readonly holders: readonly SeenHolder[];
  /**
   * The timeline of a failover that no operation has waited out so far: it may have lost the rows
   * of holders that still serve. Null when there was none.
   */
  readonly failover: string | null;
}

/** A revocation's side of the database; each call has the guarantees of `HolderPort`'s calls. */
export interface WaitPort {
  /**
   * The holders that have not acknowledged an epoch.
   *
   * @param epoch - the epoch; null for the newest committed.
   */
  behind(epoch: number | null): Promise<PendingHolders>;

  /** Deletes the given holders whose mark is unchanged. */
  evict(holders: readonly SeenHolder[]): Promise<void>;

  /**
   * Records that a lease has passed since a failover was seen: no holder that it lost can still
   * serve.
   *
   * @param failover - its timeline.
   */
  outlive(failover: string): Promise<void>;
}
