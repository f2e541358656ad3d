import type { AuditHead, History } from './ports.ts';

/** A database that lacks a part of the history that this process has seen. */
export interface LostHistory {
  /** The newest row of the audit log that was seen before. */
  readonly seen: AuditHead;
  /** The end of the audit log at the detection of the loss. */
  readonly found: AuditHead;
}

/** Maximum of own rows that one query asks for: the database may be away for long. */
const maxOwn = 256;

/**
 * The part of the database's history that a process remembers. It detects a restored database, or a
 * failover that lost commits. Within one history the epoch never decreases and a row of the audit
 * log never disappears. Neither depends on the holder's row, which others may delete.
 */
export class KnownHistory {
  readonly #onLost: (lost: LostHistory) => void;
  /** The newest row of the audit log in the database's last answer. */
  #head: AuditHead = { seq: 0, mac: '' };
  /** Rows that this process has committed since. A later row does not prove the earlier ones. */
  #own: readonly AuditHead[] = [];
  #epoch = 0;
  /** Accepted restores of the known history; any other was accepted after the loss. */
  #accepted: ReadonlySet<string> = new Set();
  #isLost = false;
  #isPending = false;

  /** @param onLost - called once for each loss. */
  constructor(onLost: (lost: LostHistory) => void) {
    this.#onLost = onLost;
  }

  /** Whether there is a loss, or a declared restore, that the operator has not accepted yet. */
  get isRestored(): boolean {
    return this.#isLost || this.#isPending;
  }

  /** Rows that the audit log must hold. */
  get heads(): readonly AuditHead[] {
    return [this.#head, ...this.#own];
  }

  /** Adds a row that this process has committed. */
  committed(head: AuditHead): void {
    if (!this.#isLost && this.#own.length < maxOwn) this.#own = [...this.#own, head];
  }

  /**
   * Compares the database's history with the remembered one.
   *
   * @param asked - the heads that the query asked for.
   * @returns whether a loss was found: then the whole cache is invalid, accepted or not.
   */
  see({ epoch, head, holdsHeads, restorations }: History, asked: readonly AuditHead[]): boolean {
    const accepted = restorations.filter((restoration) => restoration.accepted);
    const isAccepted = accepted.some(({ id }) => !this.#accepted.has(id));
    this.#isPending = restorations.length > accepted.length;
    const isFound = !this.#isLost && (epoch < this.#epoch || !holdsHeads);
    if (isFound) {
      this.#isLost = true;
      const seen = asked.reduce((one, other) => (other.seq > one.seq ? other : one), this.#head);
      this.#onLost({ seen, found: head });
    }
    if (this.#isLost && !isAccepted) return isFound;
    this.#isLost = false;
    this.#head = head;
    this.#epoch = epoch;
    this.#accepted = new Set(accepted.map(({ id }) => id));
    this.#own = this.#own.filter((own) => !asked.includes(own));
    return isFound;
  }
}
