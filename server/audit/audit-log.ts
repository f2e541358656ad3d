import type { EntityManager } from '../database/database.ts';
import { AuditEvent } from '../database/entities/audit-event.ts';
import { nodeHashing } from '../node-hashing.ts';
import { appendEvents } from './append-events.ts';
import type { NewAuditEvent } from './audit-row.ts';
import { isMadeUnder } from './audit-row.ts';
import { formatHead, type Head, readHead } from './head.ts';
import { lostRows } from './journal.ts';
import { type Verification, verifyLog } from './verify-log.ts';

/** The audit log of one installation. */
export interface AuditLog {
  /** Writes events at its end; the last thing that a transaction does. Returns the new end. */
  append(em: EntityManager, events: readonly NewAuditEvent[]): Promise<Head>;
  /** Compares every row with what was written; see `verifyLog`. */
  verify(em: EntityManager, trusted: Pick<Head, 'seq' | 'mac'> | null): Promise<Verification>;
  /** Whether it holds a row. */
  holds(em: EntityManager, head: Pick<Head, 'seq' | 'mac'>): Promise<boolean>;
  /** The rows of a journal that it has lost; see `lostRows`. */
  lost(em: EntityManager, journal: readonly AuditEvent[]): Promise<readonly AuditEvent[]>;
  /** The last row, `SEQ:MAC`. */
  head(em: EntityManager): Promise<string>;
  /** Whether the last row was written under the secret that is being replaced. */
  endsUnderPrevious(em: EntityManager): Promise<boolean>;
}

/**
 * Makes the log.
 *
 * @param secrets - derived from the server's secret, then from the one that is being replaced.
 */
export function createAuditLog(secrets: readonly Uint8Array[]): AuditLog {
  const keys = secrets.map(nodeHashing.hmacSha256);
  // Of a transaction that may yet fail, or be overtaken: whoever goes on from it finds out.
  let last: Head | null = null;
  return {
    async append(em, events) {
      last = await appendEvents(em, keys, events, last);
      return last;
    },
    verify: (em, trusted) => verifyLog(em, keys, trusted),
    holds: async (em, { seq, mac }) => seq === 0 || (await em.count(AuditEvent, { seq, mac })) > 0,
    lost: (em, journal) => lostRows(em, keys, journal),
    head: async (em) => formatHead(await readHead(em)),
    async endsUnderPrevious(em) {
      const { digest, mac } = await readHead(em);
      return mac !== '' && isMadeUnder(keys.slice(1), digest, mac);
    },
  };
}
