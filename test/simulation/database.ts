import type {
  Acknowledgement,
  Laggards,
  News,
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

interface Invalidation {
  readonly epoch: number;
  readonly subject: string;
}

/**
 * A transactional database: a statement sees what was committed when it runs, and the epoch's row
 * stays locked from the moment it is taken to the commit.
 */
export class Database {
  /** False while it is away. */
  up = true;
  /** Every commit, in order: when, and what each subject's version became. */
  readonly commits: { readonly at: number; readonly versions: Versions }[] = [];
  readonly onCommit: ((news: News) => void)[] = [];
  readonly onAcknowledge: ((said: Acknowledgement) => void)[] = [];
  readonly holders: Map<string, { acknowledged: number; renewals: number }> = new Map();
  invalidations: Invalidation[] = [];
  epoch = 0;
  protected readonly schedule: Schedule;
  protected readonly choices: Choices;
  #versions: Versions = new Map();
  #locked = false;
  #waiting: (() => void)[] = [];

  constructor(schedule: Schedule, choices: Choices) {
    this.schedule = schedule;
    this.choices = choices;
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
      this.holders.set(id, { acknowledged, renewals: 0 });
      joined(acknowledged);
    });
  }

  renew(id: string, applied: number): News | null {
    const holder = this.holders.get(id);
    if (holder === undefined) return null;
    if (applied > holder.acknowledged || this.epoch > applied) holder.renewals += 1;
    if (applied > holder.acknowledged) {
      holder.acknowledged = applied;
      for (const announce of this.onAcknowledge) announce({ id, epoch: applied });
    }
    const news = this.invalidations.filter(({ epoch }) => epoch > applied);
    return { epoch: this.epoch, subjects: news.map(({ subject }) => subject) };
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
      if (this.holders.get(id)?.renewals === renewals) this.holders.delete(id);
    }
  }

  prune(): void {
    const acknowledged = [...this.holders.values()].map((holder) => holder.acknowledged);
    const oldest = Math.min(this.epoch, ...acknowledged);
    this.invalidations = this.invalidations.filter(({ epoch }) => epoch > oldest);
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
    this.#locked = false;
    committed();
    const { subjects } = change;
    this.announce({ epoch, subjects });
    this.#waiting.shift()?.();
  }
}
