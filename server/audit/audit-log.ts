import type { ChangingKey } from '../crypto/keyring.ts';
import { nodeHashing } from '../crypto/node-hashing.ts';
import { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
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
  /** Whether the last row was written under another key than the one in use. */
  endsUnderAnother(em: EntityManager): Promise<boolean>;
}

/**
 * Makes the log.
 *
 * @param key - see `deriveKeys`.
 * @param secrets - names of the secrets that this process knows.
 */
export function createAuditLog(key: ChangingKey, secrets: readonly string[]): AuditLog {
  const macs = new Map(key.accepted.map((each) => [each, nodeHashing.hmacSha256(each)]));
  const all = [...macs.values()];
  const current = () => macs.get(key.current()) ?? nodeHashing.hmacSha256(key.current());
  // Of a transaction that may yet fail, or be overtaken: the next append from it finds out.
  let last: Head | null = null;
  return {
    async append(em, events) {
      last = await appendEvents(em, current(), all, secrets, events, last);
      return last;
    },
    verify: (em, trusted) => verifyLog(em, all, trusted),
    holds: async (em, { seq, mac }) => seq === 0 || (await em.count(AuditEvent, { seq, mac })) > 0,
    lost: (em, journal) => lostRows(em, all, journal),
    head: async (em) => formatHead(await readHead(em)),
    async endsUnderAnother(em) {
      const { digest, mac } = await readHead(em);
      return mac !== '' && !isMadeUnder([current()], digest, mac) && isMadeUnder(all, digest, mac);
    },
  };
}
