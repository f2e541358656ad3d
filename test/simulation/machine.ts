import type { Clock } from '../../server/clock/clock.ts';
import type { Choices } from './random.ts';
import type { Schedule } from './schedule.ts';

/** A process on a machine: its own clocks, and code that can be stopped between any two steps. */
export class Machine implements Clock {
  readonly name: string;
  /** Cut off from the database: its statements are lost, in either direction. */
  cutOff = false;
  /** The number of stops. */
  stops = 0;
  readonly #schedule: Schedule;
  readonly #choices: Choices;
  readonly #rate: number;
  readonly #lease: number;
  readonly #wallOffset: number;
  #wallStep = 0;
  /** The time at which a clock was last made to show less than the elapsed time, and its name. */
  #lied: { at: number; which: 'monotonic' | 'wall' } | null = null;
  #inbox: (() => void)[] | null = null;
  #dead = false;
  #suspended = 0;
  #suspendedSince: number | null = null;

  /** @param drift - by how much its clocks may be too fast or too slow, of 1. */
  constructor(
    name: string,
    schedule: Schedule,
    choices: Choices,
    { drift, lease }: { readonly drift: number; readonly lease: number },
  ) {
    this.name = name;
    this.#lease = lease;
    this.#schedule = schedule;
    this.#choices = choices;
    this.#rate = 1 + choices.pick([-drift, drift, choices.between(-drift, drift)]);
    this.#wallOffset = choices.between(0, 1e9);
  }

  get alive(): boolean {
    return !this.#dead;
  }

  get running(): boolean {
    return !this.#dead && this.#inbox === null;
  }

  monotonic(): number {
    const still = this.#suspendedSince === null ? 0 : this.#schedule.now - this.#suspendedSince;
    return (this.#schedule.now - this.#suspended - still) * this.#rate;
  }

  wall(): number {
    return this.#wallOffset + this.#wallStep + this.#schedule.now * this.#rate;
  }

  after(milliseconds: number, run: () => void): () => void {
    const due = this.monotonic() + milliseconds;
    let cancelled = false;
    const fire = () => {
      const early = due - this.monotonic();
      if (cancelled) return;
      // A suspended machine's timers run on from where they stood.
      if (early > 1e-6) this.#schedule.in(early / this.#rate, () => this.deliver(fire));
      else run();
    };
    // A timer takes some time always, or the last rounding error of a wait would never end.
    this.#schedule.in(Math.max(0.01, milliseconds) / this.#rate, () => this.deliver(fire));
    return () => {
      cancelled = true;
    };
  }

  /** Runs something on this machine: now, when it runs again, or never. */
  deliver(run: () => void): void {
    if (this.#dead) return;
    if (this.#inbox === null) run();
    else this.#inbox.push(run);
  }

  /**
   * Stops it for a while (SIGSTOP); messages that arrive during the stop are handled afterwards, in
   * any order.
   */
  pause(milliseconds: number): void {
    if (!this.running) return;
    this.stops += 1;
    this.#inbox = [];
    this.#schedule.in(milliseconds, () => this.#resume());
  }

  /** Suspends it: like a pause, but the monotonic clock stands still. */
  suspend(milliseconds: number): void {
    if (!this.running) return;
    if (this.#mayLie('monotonic', milliseconds)) this.#suspendedSince = this.#schedule.now;
    this.pause(milliseconds);
  }

  /** Sets its wall clock forward or back. */
  setWall(by: number): void {
    if (by > 0 || this.#mayLie('wall', 0)) this.#wallStep += by;
  }

  /** Cuts it off for a while. */
  cutOffFor(milliseconds: number): void {
    this.cutOff = true;
    this.#schedule.in(milliseconds, () => {
      this.cutOff = false;
    });
  }

  /** Ends it without a word. */
  crash(): void {
    this.#dead = true;
    this.#inbox = null;
  }

  /** That both clocks show too little within a lease is against the assumptions. */
  #mayLie(which: 'monotonic' | 'wall', lasting: number): boolean {
    const { now } = this.#schedule;
    const last = this.#lied;
    if (last !== null && last.which !== which && now < last.at + this.#lease) return false;
    this.#lied = { at: now + lasting, which };
    return true;
  }

  #resume(): void {
    if (this.#suspendedSince !== null) {
      this.#suspended += this.#schedule.now - this.#suspendedSince;
      this.#suspendedSince = null;
    }
    const waiting = this.#inbox ?? [];
    this.#inbox = null;
    for (const run of this.#choices.shuffled(waiting)) {
      this.#schedule.in(this.#choices.between(0, 0.5), () => this.deliver(run));
    }
  }
}
