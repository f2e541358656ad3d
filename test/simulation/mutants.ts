import type { Laggards, News, Report, SeenHolder } from '../../server/database/leases/ports.ts';
import { type Change, Database, type Versions } from './database.ts';
import { mutate } from './mutate.ts';
import { type Rules, rules } from './rules.ts';

const cache = 'core/cache/coherent-cache.ts';
const holder = 'server/database/leases/lease-holder.ts';
const wait = 'server/database/leases/until-held.ts';

function altered(path: string, from: string, to: string): () => Promise<Rules> {
  return async () => Object.assign({}, rules, await mutate(path, from, to));
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

  override behind(epoch: number | null): Laggards {
    const seen = super.behind(epoch);
    return { ...seen, holders: seen.holders.filter(({ id }) => this.#holders.has(id)) };
  }
}

/** Removes whoever lags, though it may have renewed a moment ago. */
class HastyDatabase extends Database {
  override presumeDead(seen: readonly SeenHolder[]): void {
    for (const { id } of seen) {
      const row = this.holders.get(id);
      if (row !== undefined && row.acknowledged < this.epoch) this.write(id, null, true);
    }
  }
}

/** Counts a renewal when it acknowledges, not already when it brings what is to be acknowledged. */
class LateCountingDatabase extends Database {
  protected override record(id: string, report: Report, counted: number, durable: boolean) {
    const { acknowledged = 0 } = this.holders.get(id) ?? {};
    return super.record(id, report, report.applied > acknowledged ? counted : 0, durable);
  }
}

/** Counts only renewals that say something, though acknowledgements may have said it uncounted. */
class SparinglyCountingDatabase extends Database {
  override renew(id: string, report: Report): News | null {
    const { acknowledged = 0 } = this.holders.get(id) ?? {};
    const says = report.applied > acknowledged || this.epoch > report.applied;
    return this.record(id, report, says ? 1 : 0, true);
  }
}

/** Loses renewals in a crash. */
class LaxDatabase extends Database {
  protected override record(id: string, report: Report, counted: number) {
    return super.record(id, report, counted, false);
  }
}

/** Believes what holders were told by announcements. */
class CredulousDatabase extends Database {
  protected override record(id: string, report: Report, counted: number, durable: boolean) {
    return super.record(id, { ...report, claimed: null }, counted, durable);
  }
}

/** Prunes what somebody has not acknowledged yet. */
class ForgetfulDatabase extends Database {
  override prune(): void {
    this.invalidations = [];
  }

  override renew(id: string, report: Report): News | null {
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

/** Every rule of the protocol, and the code without it. */
export const mutants: Readonly<Record<string, () => Promise<Rules>>> = {
  'the cache answers only while the lease holds': altered(
    cache,
    'if (!this.#isCurrent()) return undefined;',
    '',
  ),
  'an answer counts from when its lookup left (taint)': altered(
    cache,
    'const since = epoch - this.#base;\n    if (generation',
    'const since = this.#currency.epoch() - this.#base;\n    if (generation',
  ),
  'a request joins no lookup that left at an earlier epoch': altered(
    cache,
    'other?.epoch === epoch',
    'other !== undefined',
  ),
  'a request joins a lookup only while the lease holds': altered(
    cache,
    'this.#isCurrent() ? this.#underWay.get(digest) : undefined',
    'this.#underWay.get(digest)',
  ),
  'an absent key is forgotten when it is created': altered(
    cache,
    'found ? subjectsOf(loaded.key) : loaded.subjects',
    "found ? subjectsOf(loaded.key) : ['nothing']",
  ),
  'the clock is noted before the renewal is sent': altered(
    holder,
    'this.#extend(sent);\n      if',
    'this.#extend(this.#now());\n      if',
  ),
  'what a renewal brings is applied before the lease is extended': altered(
    holder,
    'this.#apply(news);',
    'this.#clock.after(2, () => this.#apply(news));',
  ),
  'what is acknowledged was applied': altered(
    holder,
    'const report = { applied, claimed: this.#claimed };',
    'const report = { applied: applied + 1, claimed: this.#claimed };',
  ),
  'an announced change is applied only where nothing is missing before it': altered(
    holder,
    'announced?.epoch === this.#applied + 1',
    'announced !== undefined',
  ),
  'what was announced is compared with what stands in the database': replaced({
    Database: CredulousDatabase,
  }),
  'an announced acknowledgement is of what is waited for': altered(
    wait,
    '(said.get(id) ?? -1) >= epoch',
    'said.has(id)',
  ),
  'the lease is read at each use, not kept by a timer': altered(
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
  'the wall clock is read as well': altered(
    holder,
    'return wall >= 0 && wall < this.#duration;',
    'return true;',
  ),
  'a holder whose row is gone starts anew': altered(
    holder,
    "this.#tell('everything', epoch);",
    'this.#applied = epoch;',
  ),
  'a holder stops serving before it gives its row back': altered(
    holder,
    'this.#renewedAt = null;\n    const id = this.#id;',
    'const id = this.#id;',
  ),
  'an operation waits': replaced({ untilHeld: async () => {} }),
  'an operation waits out the lease of the silent': altered(
    wait,
    'const lease = timing.length + timing.margin;',
    'const lease = timing.length / 2;',
  ),
  'an operation waits while the database is away': altered(
    wait,
    '// Away or late: the next look may succeed, and the deadline needs no answer.',
    'return;',
  ),
  'a repeated request waits as well': replaced({ repeatedWaits: false }),
  'the margin covers the drift of the clocks': replaced({ timing: { length: 100, margin: 0 } }),
  'the dead are buried a lease after they were seen': altered(
    wait,
    'first.at + lease - clock.monotonic()',
    'first.at - clock.monotonic()',
  ),
  'epochs commit in their order': replaced({ Database: UnlockedDatabase }),
  'the holders are read in a fresh snapshot': replaced({ Database: StaleSnapshotDatabase }),
  'a holder that renewed is not presumed dead': replaced({ Database: HastyDatabase }),
  'a renewal counts from when it brings something': replaced({ Database: LateCountingDatabase }),
  'every renewal counts where acknowledgements do not': replaced({
    Database: SparinglyCountingDatabase,
  }),
  'the count of renewals outlives a crash of the database': replaced({ Database: LaxDatabase }),
  'no lease rests on an acknowledgement': altered(
    holder,
    'if (isRenewal) {',
    'if (isRenewal || true) {',
  ),
  'only what every holder acknowledged is pruned': replaced({ Database: ForgetfulDatabase }),
  'lookups go to the primary': replaced({ Database: ReplicaDatabase }),
};
