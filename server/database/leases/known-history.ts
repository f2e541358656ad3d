import type { AuditHead, History } from './ports.ts';

/** A database whose history lacks what this process has seen of it. */
export interface LostHistory {
  /** The newest row of the audit log that was seen before. */
  readonly seen: AuditHead;
  /** The end of the audit log when the loss was noticed. */
  readonly found: AuditHead;
}

/** Rows of its own that a process asks for at once; the database may be away for long. */
const maxOwn = 256;

/**
 * What a process remembers of the database's history, so that it notices when the database was
 * restored or a failover lost commits. Within one history the epoch never goes back and a row of the
 * audit log never goes away; neither depends on the holder's row, which others may delete.
 */
export class KnownHistory {
  readonly #onLost: (lost: LostHistory) => void;
  /** The newest row of the audit log that the database showed. */
  #head: AuditHead = { seq: 0, mac: '' };
  /** Those that this process has committed itself since. A later one does not stand for the others. */
  #own: readonly AuditHead[] = [];
  #epoch = 0;
  /** Restores accepted in the history that is known; any other was accepted after the loss. */
  #accepted: ReadonlySet<string> = new Set();
  #isLost = false;
  #isPending = false;

  /** @param onLost - called once for each loss. */
  constructor(onLost: (lost: LostHistory) => void) {
    this.#onLost = onLost;
  }

  /** Whether something was lost, or a restore declared, that the operator has not accepted yet. */
  get isRestored(): boolean {
    return this.#isLost || this.#isPending;
  }

  /** Rows that the audit log must hold. */
  get heads(): readonly AuditHead[] {
    return [this.#head, ...this.#own];
  }

  /** Notes a row that this process has committed. */
  committed(head: AuditHead): void {
    if (!this.#isLost && this.#own.length < maxOwn) this.#own = [...this.#own, head];
  }

  /**
   * Compares what the database holds with what is known.
   *
   * @param asked - the heads that the database was asked for.
   * @returns whether a loss was found: then nothing that was cached counts, accepted or not.
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
