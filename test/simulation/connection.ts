import type { HolderPort, Report, WaitPort } from '../../server/database/leases/ports.ts';
import type { Change, Database, Versions } from './database.ts';
import type { Machine } from './machine.ts';
import type { Choices } from './random.ts';
import type { Schedule } from './schedule.ts';

/** The faults of a network. */
export interface Network {
  /** The share of statements, and of answers, that take long; of them a fifth takes longer than a lease. */
  readonly slow: number;
  /** The share of statements, answers and announcements that are lost. */
  readonly lossy: number;
  /** Milliseconds between two forged announcements; 0 for none. */
  readonly forgedEvery: number;
}

/** The parts of a connection. */
export interface Link {
  readonly schedule: Schedule;
  readonly choices: Choices;
  readonly network: Network;
  readonly database: Database;
}

/** A machine's connection to the database: each statement takes its time in both directions. */
export class Connection implements HolderPort, WaitPort {
  readonly #machine: Machine;
  readonly #link: Link;

  constructor(machine: Machine, link: Link) {
    this.#machine = machine;
    this.#link = link;
  }

  join(...[id, mark]: Parameters<HolderPort['join']>): ReturnType<HolderPort['join']> {
    return this.#send((database, answer) => database.join(id, mark, answer));
  }

  renew(id: string, report: Report): ReturnType<HolderPort['renew']> {
    return this.#ask((database) => database.renew(id, report));
  }

  acknowledge(id: string, report: Report): ReturnType<HolderPort['acknowledge']> {
    return this.#ask((database) => database.acknowledge(id, report));
  }

  leave(id: string): Promise<void> {
    return this.#ask((database) => database.leave(id));
  }

  prune(): Promise<void> {
    return this.#ask((database) => database.prune());
  }

  behind(epoch: number | null): ReturnType<WaitPort['behind']> {
    return this.#ask((database) => database.behind(epoch));
  }

  evict(holders: Parameters<WaitPort['evict']>[0]): Promise<void> {
    return this.#ask((database) => database.evict(holders));
  }

  outlive(failover: string): Promise<void> {
    return this.#ask((database) => database.outlive(failover));
  }

  /** Reads the committed state. */
  read(): Promise<Versions> {
    return this.#ask((database) => database.snapshot());
  }

  /** Carries out a change; resolves after its commit. */
  transact(change: Change): Promise<void> {
    return this.#send((database, answer: (nothing: undefined) => void) =>
      database.transact(change, () => answer(undefined)),
    );
  }

  /** Passes an announcement on, some time or never. */
  announce(run: () => void): void {
    if (this.#lost()) return;
    this.#link.schedule.in(this.#latency(), () => this.#machine.deliver(run));
  }

  #ask<T>(run: (database: Database) => T): Promise<T> {
    return this.#send((database, answer: (value: T) => void) => answer(run(database)));
  }

  #send<T>(run: (database: Database, answer: (value: T) => void) => void): Promise<T> {
    const { schedule, database } = this.#link;
    return new Promise((resolve, reject) => {
      const fail = () => this.#machine.deliver(() => reject(new Error('the database is away')));
      schedule.in(this.#latency(), () => {
        if (this.#lost()) this.#break(fail);
        else if (!database.up) schedule.in(this.#latency(), fail);
        else {
          run(database, (value) => {
            schedule.in(this.#latency(), () => {
              if (this.#lost()) this.#break(fail);
              else this.#machine.deliver(() => resolve(value));
            });
          });
        }
      });
    });
  }

  /** A connection breaks with an error, or without a sign. */
  #break(fail: () => void): void {
    const { schedule, choices } = this.#link;
    if (choices.chance(0.5)) schedule.in(choices.between(0, 100), fail);
  }

  #lost(): boolean {
    return this.#machine.cutOff || this.#link.choices.chance(this.#link.network.lossy);
  }

  #latency(): number {
    const { choices, network } = this.#link;
    if (!choices.chance(network.slow)) return choices.between(0.1, 2);
    return choices.chance(0.2) ? choices.between(50, 250) : choices.between(2, 40);
  }
}
