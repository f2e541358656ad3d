import type { Clock } from '../../clock/clock.ts';
import { within } from '../../clock/within.ts';
import type { Acknowledgement, LeaseTiming, PendingHolders, WaitPort } from './ports.ts';

/** What a wait needs. */
export interface AwaitAcknowledgementsOptions {
  readonly port: WaitPort;
  readonly clock: Clock;
  readonly timing: LeaseTiming;
  /** Milliseconds between two looks when nothing is announced. */
  readonly pollIntervalMs: number;
  /**
   * Subscribes to announcements that a holder acknowledged something; returns what ends it. Anybody
   * may announce anything, so each only makes the next look come sooner.
   */
  readonly onAcknowledged?: (listener: (announced?: Acknowledgement) => void) => () => void;
}

/**
 * Waits until what was committed before the call holds on every process: each holder has
 * acknowledged it, or the lease of the silent has run out. It comes before
 * every answer that reports something as taken away, also a thing that was found taken away already.
 *
 * Never rejects: when the database is away, waiting out the lease gives the same promise.
 *
 * @param options - the database, the clock and how long a lease is.
 * @returns resolved when it holds, after `length + margin` at the latest. `evicted` is resolved when
 * those that stayed silent have been removed, or that was tried: a process that ends before has the
 * next operation wait for them again.
 */
export async function awaitAcknowledgements(
  options: AwaitAcknowledgementsOptions,
): Promise<{ readonly evicted: Promise<void> }> {
  const { port, clock, timing, pollIntervalMs, onAcknowledged } = options;
  const lease = timing.length + timing.margin;
  const deadline = clock.monotonic() + lease;
  const remaining = () => deadline - clock.monotonic();
  const sleep = new Sleep(clock);
  let first: (PendingHolders & { at: number }) | null = null;
  let last: PendingHolders | null = null;
  /** The holders that were announced to have acknowledged since the last look began. */
  const announced = new Set<string>();
  const isHeld = () => last?.holders.length === 0 && last.failover === null;
  /** Whether all that the last look showed behind were announced since. */
  const isWorthALook = () =>
    last?.failover === null && last.holders.every(({ id }) => announced.has(id));
  const unsubscribe = onAcknowledged?.((heard) => {
    // Before the first look ends, its epoch is not known: any announcement may be of it.
    if (heard !== undefined && heard.epoch >= (last?.epoch ?? 0)) announced.add(heard.id);
    if (heard === undefined || isWorthALook()) sleep.wake();
  });

  while (remaining() > 0) {
    announced.clear();
    try {
      const seen: PendingHolders = await within(
        clock,
        remaining(),
        port.behind(first?.epoch ?? null),
      );
      first ??= { at: clock.monotonic(), ...seen };
      last = seen;
    } catch {
      // Away or late: the next look may succeed, and the deadline needs no answer.
    }
    if (isHeld()) {
      unsubscribe?.();
      return { evicted: Promise.resolve() };
    }
    if (!isWorthALook()) await sleep.upTo(Math.min(pollIntervalMs, remaining()));
  }

  unsubscribe?.();
  if (first === null) return { evicted: Promise.resolve() };
  return { evicted: evictSilent(options, first, first.at + lease - clock.monotonic()) };
}

/**
 * Removes silent holders once a lease has passed since they were *seen*, unless they have renewed in
 * the meantime: so the dead delay one operation, not all. That a holder lags is not enough. One that
 * has just renewed lags until it acknowledges, and serves from its cache meanwhile: without its row,
 * the next operation would not wait for it. A failover's lost holders are no more by then, either.
 */
async function evictSilent(
  { clock, port }: AwaitAcknowledgementsOptions,
  { holders, failover }: PendingHolders,
  wait: number,
): Promise<void> {
  await new Promise<void>((resolve) => void clock.after(Math.max(0, wait), resolve));
  // If it fails, the next operation waits as well; nothing else is lost.
  const dead = holders.length > 0 ? port.evict(holders) : null;
  const outlived = failover === null ? null : port.outlive(failover);
  await Promise.allSettled([dead, outlived]);
}

/** A pause that can be cut short, also in advance. */
class Sleep {
  readonly #clock: Clock;
  #woken = false;
  #end: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#woken = true;
    this.#end?.();
  }

  async upTo(milliseconds: number): Promise<void> {
    if (!this.#woken && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(milliseconds, resolve);
        this.#end = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#end = null;
    this.#woken = false;
  }
}
