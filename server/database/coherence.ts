import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Freshness } from '../../core/mod.ts';
import { systemClock } from '../clock/system-clock.ts';
import { awaitAcknowledgements } from './leases/await-acknowledgements.ts';
import type { LostHistory } from './leases/known-history.ts';
import { LeaseHolder } from './leases/lease-holder.ts';
import type { Acknowledgement, AuditHead, LeaseTiming } from './leases/ports.ts';
import type { AnnouncementHandlers, Announcements } from './leases/postgresql-notifications.ts';
import type { LeasePort } from './leases/postgresql-port.ts';

/** Keeps the caches of several processes on one database coherent. */
export interface Coherence extends AsyncDisposable {
  /** The proof that this process's cache is current. */
  readonly freshness: Freshness;
  /** Resolves when every process has applied everything committed so far; see leases/README.md. */
  propagated(): Promise<void>;
  /** Whether the database was restored without the operator's acceptance so far. */
  isRestored(): boolean;
}

/** @internal */
type HearAcknowledgement = (said?: Acknowledgement) => void;

/**
 * Options of a process's part in the coherence.
 *
 * @internal
 */
export interface CoherenceOptions {
  readonly port: LeasePort;
  readonly timing: LeaseTiming;
  /** Listens for notifications; null for a database without notifications. */
  readonly listen: ((handlers: AnnouncementHandlers) => Announcements) | null;
  /** Registers the callback for each row of the audit log that this process commits. */
  readonly hearAudited: (hear: (head: AuditHead) => void) => void;
  /** Called with the reason for a failed renewal. */
  readonly onError: (error: unknown) => void;
  /** Called when the database lacks a part of its history that this process has seen. */
  readonly onLost?: (lost: LostHistory) => void;
}

/**
 * Joins the processes that may serve from a cache.
 *
 * @returns resolves after the first attempt. When it failed, the process asks the database for each
 * verification until a later attempt succeeds.
 * @internal
 */
export async function joinCoherence(options: CoherenceOptions): Promise<Coherence> {
  const { port, timing, listen, hearAudited, onError, onLost = () => {} } = options;
  const clock = systemClock(false);
  const holder = new LeaseHolder({ port, clock, timing, newId: randomUUID, onError, onLost });
  hearAudited((head) => holder.committed(head));
  const waiting = new Set<HearAcknowledgement>();
  const announcements =
    listen === null
      ? null
      : listen({
          onEpoch: () => void holder.poll(),
          onAcknowledged: (read) => {
            if (waiting.size === 0) return;
            const said = read();
            for (const hear of waiting) hear(said);
          },
          onError,
        });
  async function propagated() {
    // This process's holder learns of a change by notification, like all others. An explicit poll
    // is needed only where there are no notifications, or when one does not come.
    const own = announcements === null ? holder.poll() : null;
    const tell = setTimeout(() => void holder.poll(), pollIntervalOf(timing));
    await awaitPropagation(port, timing, (hear) => {
      waiting.add(hear);
      // Without another holder the wait is over here, before the next poll.
      void own?.then(() => hear());
      return () => waiting.delete(hear);
    });
    clearTimeout(tell);
  }

  /** The wait that has not begun. It covers all that its callers can have seen committed. */
  let next: Promise<void> | null = null;
  const sharedWait = () => {
    next ??= setImmediate().then(() => {
      next = null;
      return propagated();
    });
    return next;
  };

  await holder.poll();
  await announcements?.started;
  return {
    freshness: holder,
    isRestored: () => holder.isRestored(),
    propagated: sharedWait,
    async [Symbol.asyncDispose]() {
      await announcements?.[Symbol.asyncDispose]();
      await holder.leave().catch(onError);
      await port[Symbol.asyncDispose]();
    },
  };
}

/**
 * Waits until every process has applied everything committed so far. For the command line, which
 * revokes without serving; it must not close the port before `evicted` is resolved.
 *
 * @internal
 */
export function awaitPropagation(
  port: LeasePort,
  timing: LeaseTiming,
  onAcknowledged?: (hear: HearAcknowledgement) => () => void,
): Promise<{ readonly evicted: Promise<void> }> {
  const options = {
    port,
    clock: systemClock(true),
    timing,
    pollIntervalMs: pollIntervalOf(timing),
  };
  return awaitAcknowledgements(
    onAcknowledged === undefined ? options : { ...options, onAcknowledged },
  );
}

/** Milliseconds between two polls without notifications: 25 on PostgreSQL, 5 on SQLite. */
function pollIntervalOf(timing: LeaseTiming): number {
  return Math.max(5, timing.length / 80);
}
