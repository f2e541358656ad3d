import type { CoherentCache } from '../../core/cache/coherent-cache.ts';
import type { LeaseHolder } from '../../server/database/leases/lease-holder.ts';
import type { Acknowledgement } from '../../server/database/leases/ports.ts';
import type { Connection, Link, Network } from './connection.ts';
import type { Announced, Change, Database, Versions } from './database.ts';
import { find, type NoKey, type SimulatedKey, staleIn } from './keys.ts';
import { Machine } from './machine.ts';
import { Choices } from './random.ts';
import type { Rules } from './rules.ts';
import { Schedule } from './schedule.ts';

/** A process that verifies keys. */
export interface Process {
  readonly machine: Machine;
  readonly connection: Connection;
  readonly holder: LeaseHolder;
  readonly cache: CoherentCache<NoKey>;
}

/** Several processes, one database, and the record of the promises made. */
export class World {
  readonly schedule: Schedule = new Schedule();
  readonly choices: Choices;
  readonly database: Database;
  readonly processes: Process[] = [];
  /** The breaches of the promise. */
  readonly violations: string[] = [];
  /** The times of operations from their commit to their answer. */
  readonly waits: number[] = [];
  requests = 0;
  refused = 0;
  hits = 0;
  readonly #rules: Rules;
  readonly #link: Link;
  readonly #drift: number;
  readonly #staleness: number;
  /** By subject, the version that every request from now on must see. */
  #required: Versions = new Map();
  #commitsSeen = 0;
  /** When an operation must have begun to promise something. */
  #promisesFrom = 0;
  #machines = 0;

  constructor(seed: number, rules: Rules, network: Network) {
    this.#rules = rules;
    this.choices = new Choices(seed);
    this.database = new rules.Database(this.schedule, this.choices);
    this.#link = {
      schedule: this.schedule,
      choices: this.choices,
      network,
      database: this.database,
    };
    // Just inside the assumption: two clocks part by less than two margins in a lease.
    this.#drift = 0.049;
    this.#staleness = 110;
  }

  /** A machine with a connection, and no cache. */
  machine(): { machine: Machine; connection: Connection } {
    const name = `m${this.#machines++}`;
    const machine = new Machine(name, this.schedule, this.choices, {
      drift: this.#drift,
      lease: this.#staleness,
    });
    return { machine, connection: new this.#rules.Connection(machine, this.#link) };
  }

  /** Starts a process. */
  start(): Process {
    const { machine, connection } = this.machine();
    let rows = 0;
    const holder = new this.#rules.LeaseHolder({
      port: connection,
      clock: machine,
      timing: this.#rules.timing,
      newId: () => `${machine.name}/${rows++}`,
    });
    const cache = this.#rules.createCoherentCache<NoKey>({
      freshness: holder,
      maxEntries: 4,
      maxAbsent: 2,
    });
    const process = { machine, connection, holder, cache };
    this.processes.push(process);
    this.database.onCommit.push((news) => this.announce(process, news));
    machine.deliver(() => holder.poll());
    return process;
  }

  /** Announces something to a process, truly or not. */
  announce({ connection, holder }: Process, announced: Announced): void {
    connection.announce(() => this.#rules.onAnnounced(holder, announced));
  }

  /** Announces to all who wait that a holder has acknowledged something, which is not true. */
  forgeAcknowledgement(): void {
    const { holders, epoch } = this.database;
    if (holders.size === 0) return;
    const id = this.choices.pick([...holders.keys()]);
    for (const tell of this.database.onAcknowledge) tell({ id, epoch: epoch + 1 });
  }

  /**
   * Brings the database back to an earlier commit. Promises about lost commits are lost with them.
   * After a restore, nothing is promised until a lease has passed, because a holder that joined
   * after that commit is unknown; a failover excuses nothing. Then the operator accepts.
   */
  restore(kind: 'restore' | 'failOver'): void {
    this.database[kind]();
    const { history, commits } = this.database;
    const versions = this.database.snapshot();
    this.#required = new Map(
      [...this.#required].map(([subject, version]) => [
        subject,
        Math.min(version, versions.get(subject) ?? 0),
      ]),
    );
    this.#commitsSeen = Math.min(this.#commitsSeen, commits.length);
    if (kind === 'restore') this.#promisesFrom = this.schedule.now + this.#staleness;
    this.schedule.in(this.#staleness, () => {
      if (this.database.history === history) this.database.accept();
    });
  }

  /** The processes that take requests. */
  serving(): Process[] {
    return this.processes.filter(({ machine }) => machine.alive);
  }

  /** A request arrives at a process, which may be stopped at the moment. */
  request({ machine, connection, cache }: Process, key: SimulatedKey): void {
    const required = this.#promised();
    const arrived = this.schedule.now;
    const { history } = this.database;
    machine.deliver(() => {
      this.requests += 1;
      const judge = (answer: Awaited<ReturnType<typeof cache.lookUp>>) => {
        if (this.database.history !== history) return;
        for (const subject of staleIn(key, answer, required)) {
          this.violations.push(`${machine.name} at ${arrived.toFixed(1)}: stale ${subject}`);
        }
      };
      const load = async () => find(key, await connection.read());
      const answer = cache.peek(key.digest) ?? cache.lookUp(key.digest, load);
      if (answer instanceof Promise) {
        answer.then(judge, () => {
          this.refused += 1;
        });
      } else {
        this.hits += 1;
        judge(answer);
      }
    });
  }

  /**
   * Makes a change and answers once it is propagated.
   *
   * @param answered - called when the answer leaves.
   */
  async change(
    {
      machine,
      connection,
      holder,
    }: { machine: Machine; connection: Connection; holder?: LeaseHolder },
    change: Change,
    answered: () => void,
  ): Promise<void> {
    const begun = this.schedule.now;
    try {
      await connection.transact(change);
    } catch {
      return;
    }
    holder?.poll();
    await this.#hold(machine, connection, begun);
    answered();
  }

  /** Finds a change already made, and reports that. */
  async repeat(machine: Machine, connection: Connection, answered: () => void): Promise<void> {
    let found: Versions;
    const begun = this.schedule.now;
    const { history } = this.database;
    try {
      found = await connection.read();
    } catch {
      return;
    }
    if (this.#rules.repeatedWaits) await this.#hold(machine, connection, begun);
    this.#promise(found, history, begun);
    answered();
  }

  async #hold(machine: Machine, connection: Connection, begun: number): Promise<void> {
    const committed = this.database.snapshot();
    const { history } = this.database;
    const since = this.schedule.now;
    const stops = machine.stops;
    await this.#rules.awaitAcknowledgements({
      port: connection,
      clock: machine,
      timing: this.#rules.timing,
      pollIntervalMs: 10,
      onAcknowledged: (listener) => {
        const announce = (said: Acknowledgement) =>
          connection.announce(() => listener(this.choices.chance(0.8) ? said : undefined));
        this.database.onAcknowledge.push(announce);
        return () =>
          this.database.onAcknowledge.splice(this.database.onAcknowledge.indexOf(announce), 1);
      },
    });
    this.#promise(committed, history, begun);
    const took = this.schedule.now - since;
    this.waits.push(took);
    if (took > this.#staleness + 1 && machine.stops === stops) {
      this.violations.push(`${machine.name}: an operation took ${took.toFixed(1)}`);
    }
  }

  /** @param begun - when the operation began that promises it. */
  #promise(versions: Versions, history: number, begun: number): void {
    if (history === this.database.history && begun >= this.#promisesFrom) this.#require(versions);
  }

  #require(versions: Versions): void {
    const newer = [...versions].filter(
      ([subject, version]) => version > (this.#required.get(subject) ?? 0),
    );
    if (newer.length > 0) this.#required = new Map([...this.#required, ...newer]);
  }

  /**
   * The versions that a request arriving now must see: every answered change, and every change
   * older than a lease.
   */
  #promised(): Versions {
    const { commits } = this.database;
    for (; ; this.#commitsSeen++) {
      const commit = commits[this.#commitsSeen];
      if (commit === undefined || commit.at > this.schedule.now - this.#staleness) break;
      this.#require(commit.versions);
    }
    return this.#required;
  }
}
