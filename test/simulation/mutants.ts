import type {
  Invalidations,
  PendingHolders,
  Report,
  SeenHolder,
} from '../../server/database/leases/ports.ts';
import { type Change, Database, type Versions } from './database.ts';
import { mutate } from './mutate.ts';
import { type Rules, rules } from './rules.ts';

const cache = 'core/cache/coherent-cache.ts';
const holder = 'server/database/leases/lease-holder.ts';
const wait = 'server/database/leases/await-acknowledgements.ts';

function altered(path: string, ...replacements: readonly string[]): () => Promise<Rules> {
  return async () => Object.assign({}, rules, await mutate(path, ...replacements));
}

function replaced(pieces: Partial<Rules>): () => Promise<Rules> {
  return async () => ({ ...rules, ...pieces });
}

/** Takes the epoch from a plain sequence: nothing keeps commits in its order. */
class UnlockedDatabase extends Database {
  #taken = 0;

  protected override lockEpoch(granted: (epoch: number) => void): void {
    this.#taken = Math.max(this.#taken, this.epoch) + 1;
    granted(this.#taken);
  }
}

/** Looks at the holders as they were when the transaction began. */
class StaleSnapshotDatabase extends Database {
  #holders: ReadonlySet<string> = new Set();

  override transact(change: Change, committed: () => void): void {
    const seen = new Set(this.holders.keys());
    super.transact(change, () => {
      this.#holders = seen;
      committed();
    });
  }

  override behind(epoch: number | null): PendingHolders {
    const seen = super.behind(epoch);
    return { ...seen, holders: seen.holders.filter(({ id }) => this.#holders.has(id)) };
  }
}

/** Removes a holder that lags, though it may have renewed a moment ago. */
class HastyDatabase extends Database {
  override evict(seen: readonly SeenHolder[]): void {
    for (const { id } of seen) {
      const row = this.holders.get(id);
      if (row !== undefined && row.acknowledged < this.epoch) this.write(id, null, true);
    }
  }
}

/** Writes a mark with the acknowledgement, not already with the delivery of the change. */
class LateMarkingDatabase extends Database {
  protected override record(
    id: string,
    report: Report,
    writes: boolean,
    durable: boolean,
  ): Invalidations {
    const { acknowledged = 0 } = this.holders.get(id) ?? {};
    return super.record(id, report, writes && report.applied > acknowledged, durable);
  }
}

/** Lets acknowledgements bring news without a mark. */
class UnmarkedAcknowledgementDatabase extends Database {
  override acknowledge(id: string, report: Report): Invalidations {
    return this.record(id, report, false, false);
  }
}

/** Loses renewals in a crash. */
class LaxDatabase extends Database {
  protected override record(id: string, report: Report, writes: boolean): Invalidations {
    return super.record(id, report, writes, false);
  }
}

/** Treats a holder's row as the known one, whatever mark it holds. */
class MarklessDatabase extends Database {
  protected override holderOf(id: string, report: Report) {
    const { mark = '' } = this.holders.get(id) ?? {};
    return super.holderOf(id, { ...report, marks: [mark] });
  }
}

/** Compares the subjects that a holder applied after an announcement with those in the tables. */
class ComparingDatabase extends Database {
  protected override holderOf(
    id: string,
    report: Report & { provisional?: readonly string[] | null },
  ) {
    const { applied, provisional = null } = report;
    const touched = this.invalidations.filter(({ epoch }) => epoch === applied);
    const isTrue =
      touched.length > 0 && touched.every(({ subject }) => provisional?.includes(subject) ?? true);
    return provisional === null || isTrue ? super.holderOf(id, report) : undefined;
  }
}

/** Applies an announcement of the next epoch before the database was asked. */
function credulous(pieces: Partial<Rules>): () => Promise<Rules> {
  const asks = 'this.#pollAgain = true;\n    this.#running ??=';
  return async () => ({
    ...(await altered(
      holder,
      ...['poll(): Promise<void> {', 'poll(announced): Promise<void> {'],
      asks,
      `const isNext = this.#id !== null && announced?.epoch === this.#applied + 1;
      if (isNext && this.#running === null && !this.provisional) {
        this.provisional = announced.subjects;
        this.#tell(announced.subjects, announced.epoch);
      }
      ${asks}`,
      ...[
        'return { applied: this.#applied,',
        'return { provisional: this.provisional, applied: this.#applied,',
      ],
      ...['this.#marks = [mine.mark];', 'this.#marks = [mine.mark]; this.provisional = null;'],
      ...['this.#marks = [mark];', 'this.#marks = [mark]; this.provisional = null;'],
    )()),
    ...pieces,
    onAnnounced: (process, announced) => Reflect.apply(process.poll, process, [announced]),
  });
}

/** Prunes invalidations that a holder has not acknowledged yet. */
class ForgetfulDatabase extends Database {
  override prune(): void {
    this.invalidations = [];
  }

  override renew(id: string, report: Report): Invalidations {
    const renewal = super.renew(id, report);
    this.prune();
    return renewal;
  }
}

/** Looks keys up on a replica that is 20 ms behind. */
class ReplicaDatabase extends Database {
  override snapshot(): Versions {
    const until = this.schedule.now - 20;
    return this.commits.findLast(({ at }) => at <= until)?.versions ?? new Map();
  }
}

/** The code without each invariant, which the README of `server/database/leases` numbers. */
export const mutants: Readonly<Record<string, () => Promise<Rules>>> = {
  'C1 an entry is served only while the lease is fresh': altered(
    cache,
    'if (!this.#isFresh()) return undefined;',
    '',
  ),
  'C2 a lookup counts from the epoch applied when it was sent': altered(
    cache,
    'const since = epoch - this.#base;\n    if (generation',
    'const since = this.#freshness.epoch() - this.#base;\n    if (generation',
  ),
  'C3 a request shares no lookup sent at an earlier epoch': altered(
    cache,
    'other?.epoch === epoch',
    'other !== undefined',
  ),
  'C3 a request shares a lookup only while the lease is fresh': altered(
    cache,
    'this.#isFresh() ? this.#inFlight.get(digest) : undefined',
    'this.#inFlight.get(digest)',
  ),
  'C4 a negative entry is invalidated by the creation of its key': altered(
    cache,
    'found ? subjectsOf(loaded.key) : loaded.subjects',
    "found ? subjectsOf(loaded.key) : ['nothing']",
  ),
  'H1 the clocks are read before a renewal is sent': altered(
    holder,
    'this.#extend(sent);\n      if',
    'this.#extend(this.#now());\n      if',
  ),
  'H2 what a renewal returns is applied before the lease is extended': altered(
    holder,
    'if (isNew) this.#tell(mine.subjects, history.epoch);',
    'if (isNew) this.#clock.after(2, () => this.#tell(mine.subjects, history.epoch));',
  ),
  'H3 only what was applied is acknowledged': altered(
    holder,
    'return { applied: this.#applied, marks',
    'return { applied: this.#applied + 1, marks',
  ),
  'H4 a notification is not acknowledged': credulous({}),
  'H4 a notification is not applied': credulous({
    Database: ComparingDatabase,
  }),
  'O3 an announced acknowledgement is only a hint to poll': altered(
    wait,
    'if (!isWorthALook()) await',
    'if (isWorthALook()) return;\n    await',
  ),
  'C1 the clocks are read at each use, not by a timer': altered(
    holder,
    'const since = this.#renewedAt;\n    if (since === null) return false;',
    `const since = this.#renewedAt;
    if (since === null || since === this.over) return false;
    if (since !== this.armed) {
      this.armed = since;
      const left = since.monotonic + this.#duration - this.#clock.monotonic();
      this.#clock.after(Math.max(0, left), () => { this.over = since; });
    }
    return true;`,
  ),
  'C1 the wall clock is read as well': altered(
    holder,
    'return wall >= 0 && wall < this.#duration;',
    'return true;',
  ),
  'H6 a holder whose row is gone empties its cache': altered(
    holder,
    "this.#tell('everything', history.epoch);",
    'this.#applied = history.epoch;',
  ),
  'H7 a leaving holder stops serving before it deletes its row': altered(
    holder,
    'this.#renewedAt = null;\n    const id = this.#id;',
    'const id = this.#id;',
  ),
  'O1 an operation waits for acknowledgements': replaced({
    awaitAcknowledgements: async () => ({ evicted: Promise.resolve() }),
  }),
  'O1 an operation waits out the lease of a silent holder': altered(
    wait,
    'const lease = timing.length + timing.margin;',
    'const lease = timing.length / 2;',
  ),
  'O1 an operation waits while the database is away': altered(
    wait,
    '// Away or late: the next look may succeed, and the deadline needs no answer.',
    'return;',
  ),
  'O2 a repeated request waits as well': replaced({ repeatedWaits: false }),
  'O1 the margin covers the drift of the clocks': replaced({ timing: { length: 100, margin: 0 } }),
  'O4 a silent holder is evicted a lease after it was seen': altered(
    wait,
    'first.at + lease - clock.monotonic()',
    'first.at - clock.monotonic()',
  ),
  'O5 an operation waits out a failover': altered(
    wait,
    'last?.holders.length === 0 && last.failover === null',
    'last?.holders.length === 0',
  ),
  'O5 a failover is recorded as outlived a lease after it was seen': altered(
    wait,
    'last = seen;',
    'last = seen;\n      if (seen.failover !== null) await port.outlive(seen.failover);',
  ),
  'D1 epochs commit in their order': replaced({ Database: UnlockedDatabase }),
  'D5 the holders are read in a fresh snapshot': replaced({ Database: StaleSnapshotDatabase }),
  'O4 a holder that renewed is not evicted': replaced({ Database: HastyDatabase }),
  'D2 a renewal that returns something writes a mark': replaced({ Database: LateMarkingDatabase }),
  'D2 an acknowledgement that returns something writes a mark': replaced({
    Database: UnmarkedAcknowledgementDatabase,
  }),
  'D2 the mark of a renewal survives a crash': replaced({ Database: LaxDatabase }),
  'D3 a report applies only where the row holds its mark': replaced({ Database: MarklessDatabase }),
  'H5 only a renewal extends the lease': altered(
    holder,
    'if (isRenewal) {',
    'if (isRenewal || true) {',
  ),
  'D4 only what every holder has acknowledged is pruned': replaced({ Database: ForgetfulDatabase }),
  'C5 lookups go to the primary': replaced({ Database: ReplicaDatabase }),
};
