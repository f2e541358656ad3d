import { randomUUID } from 'node:crypto';
import type { Freshness } from '../../core/mod.ts';
import { systemClock } from '../clock/system-clock.ts';
import { awaitAcknowledgements } from './leases/await-acknowledgements.ts';
import type { LostHistory } from './leases/known-history.ts';
import { LeaseHolder } from './leases/lease-holder.ts';
import type { Acknowledgement, AuditHead, LeaseTiming } from './leases/ports.ts';
import type { AnnouncementHandlers, Announcements } from './leases/postgresql-notifications.ts';
import type { LeasePort } from './leases/postgresql-port.ts';

/** What makes several processes on one database act as one. */
export interface Coherence extends AsyncDisposable {
  /** The proof that what this process caches still holds. */
  readonly freshness: Freshness;
  /** Resolves when everything committed so far holds on every process; see leases/README.md. */
  propagated(): Promise<void>;
  /** Whether the database was restored, and the operator has not accepted that yet. */
  isRestored(): boolean;
}

type HearAcknowledgement = (said?: Acknowledgement) => void;

/** What a process's part in the coherence is made of. */
export interface CoherenceOptions {
  readonly port: LeasePort;
  readonly timing: LeaseTiming;
  /** Listens for what is announced; null where nothing announces changes. */
  readonly listen: ((handlers: AnnouncementHandlers) => Announcements) | null;
  /** Registers the function that is called with each row of the audit log that this process commits. */
  readonly hearAudited: (hear: (head: AuditHead) => void) => void;
  /** Hears why a renewal failed. */
  readonly onError: (error: unknown) => void;
  /** Called when the database was found to lack what this process has seen of its history. */
  readonly onLost?: (lost: LostHistory) => void;
}

/**
 * Joins the processes that may serve from a cache.
 *
 * @returns resolves once the first attempt is over; when it failed, the process asks the database for
 * each verification until a later attempt succeeds.
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
  await holder.poll();
  await announcements?.started;
  return {
    freshness: holder,
    isRestored: () => holder.isRestored(),
    async propagated() {
      // Our own holder hears of a change like all others: it is told only where nothing is announced,
      // or when an announcement does not come.
      if (announcements === null) void holder.poll();
      const tell = setTimeout(() => void holder.poll(), pollIntervalOf(timing));
      await awaitPropagation(port, timing, (hear) => {
        waiting.add(hear);
        return () => waiting.delete(hear);
      });
      clearTimeout(tell);
    },
    async [Symbol.asyncDispose]() {
      await announcements?.[Symbol.asyncDispose]();
      await holder.leave().catch(onError);
      await port[Symbol.asyncDispose]();
    },
  };
}

/**
 * Waits until everything committed so far holds on every process. For the command line, which takes
 * away without serving; it must not close the port before `evicted` is resolved.
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

/** Milliseconds between two looks when nothing is announced: 25 on PostgreSQL, 5 on SQLite. */
function pollIntervalOf(timing: LeaseTiming): number {
  return Math.max(5, timing.length / 80);
}
