import type {
  Acknowledgement,
  History,
  Invalidations,
  PendingHolders,
  Report,
  Restoration,
  SeenHolder,
} from '../../server/database/leases/ports.ts';
import type { Choices } from './random.ts';
import type { Schedule } from './schedule.ts';

/**
 * The version of each subject in one snapshot: a number that was never used before, not even in a
 * history that was lost. A lookup's subject is odd while it is there.
 */
export type Versions = ReadonlyMap<string, number>;

/** An announcement, true or forged: the product takes nothing but the call from it. */
export interface Announced {
  readonly epoch: number;
  readonly subjects: readonly string[];
}

/** The subjects of a change, and the way it is carried out. */
export interface Change {
  readonly subjects: readonly string[];
  /** Takes the epoch first and goes on working, or last. */
  readonly epochFirst: boolean;
  /** The time for which the transaction is open. */
  readonly takes: number;
}

interface Holder {
  acknowledged: number;
  mark: string;
}

interface Invalidation {
  readonly epoch: number;
  readonly subject: string;
}

/** All that a restore brings back. Its parts are replaced by each commit, never altered. */
interface State {
  readonly at: number;
  readonly epoch: number;
  readonly holders: ReadonlyMap<string, Holder>;
  readonly invalidations: readonly Invalidation[];
  readonly versions: Versions;
  readonly restorations: readonly Restoration[];
  readonly outlived: number;
}

/** The age of the oldest possible restore point, in milliseconds. */
const backups = 200;

/**
 * A transactional database: a statement sees the commits made before it runs, and the epoch's row
 * stays locked from the moment it is taken to the commit. A commit that is not durable yet becomes
 * durable with the next durable commit, and is lost if the database crashes before.
 */
export class Database {
  /** False while it is away. */
  up = true;
  /** Counts its histories: each restore begins another one. */
  history = 0;
  /** Every commit of this history, in order: its time, and the new version of each subject. */
  commits: { readonly at: number; readonly versions: Versions }[] = [];
  readonly onCommit: ((news: Announced) => void)[] = [];
  readonly onAcknowledge: ((said: Acknowledgement) => void)[] = [];
  /** Called once, at a holder's next report of its applied epoch. */
  onReport: ((id: string) => void) | null = null;
  holders: ReadonlyMap<string, Holder> = new Map();
  invalidations: readonly Invalidation[] = [];
  epoch = 0;
  restorations: readonly Restoration[] = [];
  /** Counts its failovers, which are never lost. */
  #timeline = 0;
  #outlived = 0;
  protected readonly schedule: Schedule;
  protected readonly choices: Choices;
  /** Like SQLite, every acknowledgement is a renewal, and only those that say something write. */
  readonly #acknowledgesByRenewing: boolean;
  /** The holders as a crash would find them, then as each commit since has left them. */
  #volatile: ReadonlyMap<string, Holder>[] = [];
  #states: State[] = [];
  #versions: Versions = new Map();
  #lastVersion = 0;
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

  /** Runs a transaction; calls back once it is committed, and never if a restore came first. */
  transact(change: Change, committed: () => void): void {
    const { history } = this;
    const work = (run: () => void) =>
      this.schedule.in(change.takes / 2, () => {
        if (this.history === history) run();
      });
    const commit = (epoch: number) => this.commit(change, epoch, committed);
    if (change.epochFirst) this.lockEpoch((epoch) => work(() => work(() => commit(epoch))));
    else work(() => this.lockEpoch((epoch) => work(() => commit(epoch))));
  }

  /** The statement reads the epoch a moment before its own row is committed. */
  join(id: string, mark: string, joined: (history: History) => void): void {
    const acknowledged = this.epoch;
    const { history } = this;
    this.schedule.in(this.choices.between(0, 3), () => {
      if (this.history !== history) return;
      this.write(id, { acknowledged, mark }, true);
      joined({ ...this.#present(), epoch: acknowledged });
    });
  }

  renew(id: string, report: Report): Invalidations {
    const holder = this.holderOf(id, report);
    const writes = this.says(holder, report) || !this.#acknowledgesByRenewing;
    return this.record(id, report, writes, true);
  }

  acknowledge(id: string, report: Report): Invalidations {
    if (this.#acknowledgesByRenewing) return this.renew(id, report);
    const holder = this.holderOf(id, report);
    return this.record(id, report, this.says(holder, report), false);
  }

  leave(id: string): void {
    this.write(id, null, true);
  }

  behind(epoch: number | null): PendingHolders {
    const wanted = epoch ?? this.epoch;
    const holders = [...this.holders]
      .filter(([, { acknowledged }]) => acknowledged < wanted)
      .map(([id, { mark }]) => ({ id, mark }));
    const failover = this.#outlived === this.#timeline ? null : `${this.#timeline}`;
    return { epoch: wanted, holders, failover };
  }

  evict(seen: readonly SeenHolder[]): void {
    for (const { id, mark } of seen) {
      if (this.holders.get(id)?.mark === mark) this.write(id, null, true);
    }
  }

  outlive(failover: string): void {
    this.#outlived = Number(failover);
    this.#keep();
  }

  prune(): void {
    const acknowledged = [...this.holders.values()].map((holder) => holder.acknowledged);
    const oldest = Math.min(this.epoch, ...acknowledged);
    this.invalidations = this.invalidations.filter(({ epoch }) => epoch > oldest);
    this.#keep();
  }

  /** Loses commits that are not durable yet, the last ones. */
  crash(): void {
    const kept = this.choices.pick([0, this.#volatile.length - 1]);
    this.holders = this.#volatile[kept] ?? this.holders;
    this.#volatile = [];
    this.#keep();
  }

  /** Goes back to an earlier commit: a standby that lagged takes over. */
  failOver(): void {
    this.#timeline += 1;
    this.restore();
  }

  /** Goes back to an earlier commit: a backup. */
  restore(): void {
    this.#states = this.#states.filter(({ at }) => at > this.schedule.now - backups);
    if (this.#states.length === 0) return;
    const index = Math.floor(this.choices.next() * this.#states.length);
    this.#states = this.#states.slice(0, index + 1);
    const state = this.#states[index];
    if (state === undefined) return;
    this.epoch = state.epoch;
    this.holders = state.holders;
    this.invalidations = state.invalidations;
    this.restorations = state.restorations;
    this.#outlived = state.outlived;
    this.#versions = state.versions;
    const last = this.commits.findLastIndex(({ versions }) => versions === state.versions);
    this.commits = this.commits.slice(0, last + 1);
    this.#volatile = [];
    this.#waiting = [];
    this.#locked = false;
    this.history += 1;
  }

  /** Records that the operator has accepted the losses of the last restore. */
  accept(): void {
    this.restorations = [...this.restorations, { id: `${this.history}`, accepted: true }];
    this.#keep();
  }

  /** The holder's row, where it holds one of the marks. */
  protected holderOf(id: string, { marks }: Report): Holder | undefined {
    const holder = this.holders.get(id);
    return holder !== undefined && marks.includes(holder.mark) ? holder : undefined;
  }

  /** Whether a report records or brings something. */
  protected says(holder: Holder | undefined, { applied }: Report): boolean {
    return holder !== undefined && (applied > holder.acknowledged || this.epoch > applied);
  }

  protected record(id: string, report: Report, writes: boolean, durable: boolean): Invalidations {
    const { applied } = report;
    const holder = this.holderOf(id, report);
    const history = this.#present();
    if (holder === undefined) return { history, mine: null };
    const acknowledged = Math.max(holder.acknowledged, applied);
    const mark = writes ? report.mark : holder.mark;
    if (writes || acknowledged > holder.acknowledged) {
      this.write(id, { acknowledged, mark }, durable);
    }
    if (applied > holder.acknowledged) {
      for (const announce of this.onAcknowledge) announce({ id, epoch: applied });
    }
    this.onReport?.(id);
    const news = this.invalidations.filter(({ epoch }) => epoch > applied);
    return { history, mine: { mark, subjects: news.map(({ subject }) => subject) } };
  }

  protected write(id: string, row: Holder | null, durable: boolean): void {
    const before = this.holders;
    const holders = new Map(before);
    if (row === null) holders.delete(id);
    else holders.set(id, row);
    this.holders = holders;
    if (durable) this.#volatile = [];
    else this.#volatile.push(before);
    this.#keep();
  }

  protected lockEpoch(granted: (epoch: number) => void): void {
    const take = () => {
      this.#locked = true;
      granted(this.epoch + 1);
    };
    if (this.#locked) this.#waiting.push(take);
    else take();
  }

  protected announce(news: Announced): void {
    for (const tell of this.onCommit) tell(news);
  }

  protected commit(change: Change, epoch: number, committed: () => void): void {
    const versions = new Map(this.#versions);
    const { subjects } = change;
    for (const subject of subjects) {
      this.#lastVersion += 2;
      versions.set(subject, this.#lastVersion + 1 - ((versions.get(subject) ?? 0) % 2));
    }
    const touched = subjects.map((subject) => ({ epoch, subject }));
    this.invalidations = [...this.invalidations, ...touched];
    this.#versions = versions;
    this.epoch = Math.max(this.epoch, epoch);
    this.commits.push({ at: this.schedule.now, versions });
    this.#volatile = [];
    this.#locked = false;
    this.#keep();
    committed();
    this.announce({ epoch, subjects });
    this.#waiting.shift()?.();
  }

  /** Only the protocol's own part: whether processes notice a loss is tested on real databases. */
  #present(): History {
    const head = { seq: 0, mac: '' };
    const { epoch, restorations } = this;
    return { epoch, head, holdsHeads: true, restorations };
  }

  #keep(): void {
    const { epoch, holders, invalidations, restorations } = this;
    const versions = this.#versions;
    const outlived = this.#outlived;
    this.#states.push({
      ...{ at: this.schedule.now, epoch, holders, invalidations, versions, restorations, outlived },
    });
  }
}
