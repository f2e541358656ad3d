import type {
  Acknowledgement,
  Laggards,
  News,
  Report,
  SeenHolder,
} from '../../server/database/leases/ports.ts';
import type { Choices } from './random.ts';
import type { Schedule } from './schedule.ts';

/** How often each subject has changed, in one snapshot; a lookup's subject is odd while it is there. */
export type Versions = ReadonlyMap<string, number>;

/** What a change touches, and how it is carried out. */
export interface Change {
  readonly subjects: readonly string[];
  /** Takes the epoch first and goes on working, or last. */
  readonly epochFirst: boolean;
  /** How long the transaction is open. */
  readonly takes: number;
}

interface Holder {
  acknowledged: number;
  renewals: number;
}

interface Invalidation {
  readonly epoch: number;
  readonly subject: string;
}

/**
 * A transactional database: a statement sees what was committed when it runs, and the epoch's row
 * stays locked from the moment it is taken to the commit. What is not durable yet becomes so with the
 * next commit that is, and is lost if the database crashes before.
 */
export class Database {
  /** False while it is away. */
  up = true;
  /** Every commit, in order: when, and what each subject's version became. */
  readonly commits: { readonly at: number; readonly versions: Versions }[] = [];
  readonly onCommit: ((news: News) => void)[] = [];
  readonly onAcknowledge: ((said: Acknowledgement) => void)[] = [];
  /** Called once, when a holder has said next what it applied. */
  onReport: ((id: string) => void) | null = null;
  /** Their rows. A row is replaced, never altered. */
  holders: ReadonlyMap<string, Holder> = new Map();
  invalidations: Invalidation[] = [];
  epoch = 0;
  protected readonly schedule: Schedule;
  protected readonly choices: Choices;
  /** Like SQLite, every acknowledgement is a renewal, and only those that say something are counted. */
  readonly #acknowledgesByRenewing: boolean;
  /** The holders as a crash would find them, then as each commit since has left them. */
  #history: ReadonlyMap<string, Holder>[] = [];
  #versions: Versions = new Map();
  #locked = false;
  #waiting: (() => void)[] = [];

  constructor(schedule: Schedule, choices: Choices) {
    this.schedule = schedule;
    this.choices = choices;
    this.#acknowledgesByRenewing = choices.chance(0.3);
  }

  /** The committed state. It is replaced by each commit, never altered. */
  snapshot(): Versions {
    return this.#versions;
  }

  /** Runs a transaction; calls back once it is committed. */
  transact(change: Change, committed: () => void): void {
    const work = (run: () => void) => this.schedule.in(change.takes / 2, run);
    if (change.epochFirst) {
      this.lockEpoch((epoch) => work(() => work(() => this.commit(change, epoch, committed))));
    } else {
      work(() => this.lockEpoch((epoch) => work(() => this.commit(change, epoch, committed))));
    }
  }

  /** The statement reads the epoch a moment before its own row is committed. */
  join(id: string, joined: (epoch: number) => void): void {
    const acknowledged = this.epoch;
    this.schedule.in(this.choices.between(0, 3), () => {
      this.write(id, { acknowledged, renewals: 0 }, true);
      joined(acknowledged);
    });
  }

  renew(id: string, report: Report): News | null {
    const { applied } = report;
    const holder = this.holders.get(id);
    if (holder === undefined) return null;
    const says = applied > holder.acknowledged || this.epoch > applied;
    const counted = says || !this.#acknowledgesByRenewing ? 1 : 0;
    return this.record(id, report, counted, true);
  }

  acknowledge(id: string, report: Report): News | null {
    if (this.#acknowledgesByRenewing) return this.renew(id, report);
    return this.record(id, report, 0, false);
  }

  leave(id: string): void {
    this.write(id, null, true);
  }

  behind(epoch: number | null): Laggards {
    const wanted = epoch ?? this.epoch;
    const holders = [...this.holders]
      .filter(([, { acknowledged }]) => acknowledged < wanted)
      .map(([id, { renewals }]) => ({ id, renewals }));
    return { epoch: wanted, holders };
  }

  presumeDead(seen: readonly SeenHolder[]): void {
    for (const { id, renewals } of seen) {
      if (this.holders.get(id)?.renewals === renewals) this.write(id, null, true);
    }
  }

  prune(): void {
    const acknowledged = [...this.holders.values()].map((holder) => holder.acknowledged);
    const oldest = Math.min(this.epoch, ...acknowledged);
    this.invalidations = this.invalidations.filter(({ epoch }) => epoch > oldest);
  }

  /** Loses commits that are not durable yet, the last ones. */
  crash(): void {
    const kept = this.choices.pick([0, this.#history.length - 1]);
    this.holders = this.#history[kept] ?? this.holders;
    this.#history = [];
  }

  protected record(id: string, report: Report, counted: number, durable: boolean): News | null {
    const { applied, claimed } = report;
    const holder = this.holders.get(id);
    if (holder === undefined) return null;
    if (claimed !== null) {
      const touched = this.invalidations.filter(({ epoch }) => epoch === applied);
      const isTrue =
        touched.length > 0 && touched.every(({ subject }) => claimed.includes(subject));
      if (!isTrue) return null;
    }
    const acknowledged = Math.max(holder.acknowledged, applied);
    this.write(id, { acknowledged, renewals: holder.renewals + counted }, durable);
    if (applied > holder.acknowledged) {
      for (const announce of this.onAcknowledge) announce({ id, epoch: applied });
    }
    this.onReport?.(id);
    const news = this.invalidations.filter(({ epoch }) => epoch > applied);
    return { epoch: this.epoch, subjects: news.map(({ subject }) => subject) };
  }

  protected write(id: string, row: Holder | null, durable: boolean): void {
    const before = this.holders;
    const holders = new Map(before);
    if (row === null) holders.delete(id);
    else holders.set(id, row);
    this.holders = holders;
    if (durable) this.#history = [];
    else this.#history.push(before);
  }

  protected lockEpoch(granted: (epoch: number) => void): void {
    const take = () => {
      this.#locked = true;
      granted(this.epoch + 1);
    };
    if (this.#locked) this.#waiting.push(take);
    else take();
  }

  protected announce(news: News): void {
    for (const tell of this.onCommit) tell(news);
  }

  protected commit(change: Change, epoch: number, committed: () => void): void {
    const versions = new Map(this.#versions);
    for (const subject of change.subjects) {
      versions.set(subject, (versions.get(subject) ?? 0) + 1);
      this.invalidations.push({ epoch, subject });
    }
    this.#versions = versions;
    this.epoch = Math.max(this.epoch, epoch);
    this.commits.push({ at: this.schedule.now, versions });
    this.#history = [];
    this.#locked = false;
    committed();
    const { subjects } = change;
    this.announce({ epoch, subjects });
    this.#waiting.shift()?.();
  }
}
