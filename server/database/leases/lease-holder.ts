import type { Freshness, InvalidationListener } from '../../../core/store/freshness.ts';
import type { Clock } from '../../clock/clock.ts';
import { within } from '../../clock/within.ts';
import { KnownHistory, type LostHistory } from './known-history.ts';
import type { AuditHead, HolderPort, LeaseTiming, Report } from './ports.ts';

/** What a lease holder is made of. */
export interface LeaseHolderOptions {
  readonly port: HolderPort;
  readonly clock: Clock;
  readonly timing: LeaseTiming;
  /** Gives an id or a mark that was never used before, and that cannot be guessed. */
  readonly newId: () => string;
  /** Called when the database was found to lack what this process has seen of its history. */
  readonly onLost?: (lost: LostHistory) => void;
  /** Hears why a round failed, for the log. The next round tries again by itself. */
  readonly onError?: (error: unknown) => void;
}

/** Both clocks, read at one moment. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** How many renewals pass between two prunings. */
const renewalsPerPruning = 32;

/** Unanswered reports after which a holder gives its row up, long after its lease. */
const maxMarks = 32;

/**
 * One process's lease on serving from a cache. See README.md for the protocol and why it is right;
 * the rules are marked here where they stand.
 */
export class LeaseHolder implements Freshness {
  readonly #port: HolderPort;
  readonly #clock: Clock;
  readonly #duration: number;
  readonly #timeoutMs: number;
  readonly #renewalIntervalMs: number;
  readonly #newId: () => string;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<InvalidationListener>();
  /** The id under which a row was registered; null before joining and after the row was lost. */
  #id: string | null = null;
  /** The marks that the row may hold; see `Report`. */
  #marks: readonly string[] = [];
  #applied = 0;
  readonly #history: KnownHistory;
  #renewedAt: Moment | null = null;
  /** By the monotonic clock. */
  #dueAt = 0;
  #renewals = 0;
  #running: Promise<void> | null = null;
  #pollAgain = false;
  #left = false;
  #cancelTimer: () => void = () => {};

  constructor(options: LeaseHolderOptions) {
    this.#port = options.port;
    this.#clock = options.clock;
    this.#duration = options.timing.length - options.timing.margin;
    this.#timeoutMs = options.timing.length;
    this.#renewalIntervalMs = options.timing.length / 4;
    this.#newId = options.newId;
    this.#onError = options.onError ?? (() => {});
    this.#history = new KnownHistory(options.onLost ?? (() => {}));
  }

  /** Whether the database was restored, and the operator has not accepted that yet. */
  isRestored(): boolean {
    return this.#history.isRestored;
  }

  /** Notes a row of the audit log that this process has committed. */
  committed(head: AuditHead): void {
    this.#history.committed(head);
  }

  isFresh(): boolean {
    const since = this.#renewedAt;
    if (since === null) return false;
    // Read at each use: after a pause, requests may be served before any timer fires. The wall clock
    // too, since a suspended machine may stop the monotonic one; a wall clock set back proves nothing.
    if (this.#clock.monotonic() - since.monotonic >= this.#duration) return false;
    const wall = this.#clock.wall() - since.wall;
    return wall >= 0 && wall < this.#duration;
  }

  epoch(): number {
    return this.#applied;
  }

  subscribe(listener: InvalidationListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes a round now: at the start, and whenever a change was announced. Anybody may announce
   * anything, so nothing but the database's answer is applied. Announcements may be lost, doubled or
   * late; without any, the lease is renewed every quarter of it.
   *
   * @returns resolved when the rounds under way are over, whether they succeeded or not.
   */
  poll(): Promise<void> {
    this.#pollAgain = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Stops serving from the cache, and only then gives the row back. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#cancelTimer();
    await this.#giveBack();
  }

  async #giveBack(): Promise<void> {
    this.#renewedAt = null;
    const id = this.#id;
    this.#id = null;
    if (id !== null) await within(this.#clock, this.#timeoutMs, this.#port.leave(id));
  }

  async #run(): Promise<void> {
    this.#cancelTimer();
    let pause = this.#renewalIntervalMs;
    try {
      // What a round brought is acknowledged by the next one, at once.
      while (this.#pollAgain && !this.#left) {
        this.#pollAgain = false;
        if (await this.#round()) this.#pollAgain = true;
      }
      pause = Math.max(0, this.#dueAt - this.#clock.monotonic());
    } catch (error) {
      this.#onError(error);
    }
    if (this.#left) return;
    this.#cancelTimer = this.#clock.after(pause, () => {
      this.#dueAt = 0;
      void this.poll();
    });
  }

  /**
   * Joins, renews the lease if that is due, or else only says what was applied and asks what is new.
   * True when there is something to say back.
   */
  async #round(): Promise<boolean> {
    const id = this.#id;
    // Before sending: the answer tells of what was committed until some moment after this one.
    const sent = this.#now();
    if (id === null) return this.#join(sent);
    if (this.#marks.length > maxMarks) {
      await this.#giveBack();
      return true;
    }
    const isRenewal = sent.monotonic >= this.#dueAt || !this.isFresh();
    const report = this.#report();
    const answer = isRenewal ? this.#port.renew(id, report) : this.#port.acknowledge(id, report);
    const { history, mine } = await within(this.#clock, this.#timeoutMs, answer);
    if (this.#left) return false;
    const isLost = this.#history.see(history, report.heads);
    const isUnproved = isLost || (this.#history.isRestored && this.#renewedAt !== null);
    if (mine === null || history.epoch < this.#applied || isUnproved) {
      // Presumed dead, or the database's history is another one. What was missed may be pruned
      // already, and what was looked up may be lost, so only a new start helps.
      await this.#giveBack();
      return true;
    }
    this.#marks = [mine.mark];
    const isNew = history.epoch > this.#applied;
    if (isNew) this.#tell(mine.subjects, history.epoch);
    // An acknowledgement may be lost with the database: a search for dead holders could not tell.
    if (isRenewal) {
      this.#extend(sent);
      if (++this.#renewals % renewalsPerPruning === 0) this.#port.prune().catch(this.#onError);
    }
    return isNew;
  }

  /** What to report next. Until it is answered, the row may hold its mark or one from before. */
  #report(): Report {
    const { heads } = this.#history;
    const marks = this.#marks;
    const mark = this.#newId();
    this.#marks = [...marks, mark];
    return { applied: this.#applied, marks, mark, heads };
  }

  async #join(sent: Moment): Promise<boolean> {
    const id = this.#newId();
    const mark = this.#newId();
    const { heads } = this.#history;
    const history = await within(this.#clock, this.#timeoutMs, this.#port.join(id, mark, heads));
    if (this.#left) {
      await this.#port.leave(id);
      return false;
    }
    this.#history.see(history, heads);
    // Lookups under way may have read from before the row stood: they are forgotten with the rest.
    this.#tell('everything', history.epoch);
    this.#id = id;
    this.#marks = [mark];
    this.#extend(sent);
    return false;
  }

  #extend(sent: Moment): void {
    // What the operator has not accepted yet may be worse than what was cached: each request asks.
    this.#renewedAt = this.#history.isRestored ? null : sent;
    this.#dueAt = sent.monotonic + this.#renewalIntervalMs;
  }

  #tell(subjects: readonly string[] | 'everything', epoch: number): void {
    for (const listener of this.#listeners) listener(subjects, epoch);
    this.#applied = epoch;
  }

  #now(): Moment {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.wall() };
  }
}
