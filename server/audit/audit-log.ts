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
  /** Appends events; the last step of a transaction. Returns the new end. */
  append(em: EntityManager, events: readonly NewAuditEvent[]): Promise<Head>;
  /** Checks every row's MAC and place; see `verifyLog`. */
  verify(em: EntityManager, trusted: Pick<Head, 'seq' | 'mac'> | null): Promise<Verification>;
  /** Whether the log holds a row. */
  holds(em: EntityManager, head: Pick<Head, 'seq' | 'mac'>): Promise<boolean>;
  /** Rows of a journal that the log has lost; see `lostRows`. */
  lost(em: EntityManager, journal: readonly AuditEvent[]): Promise<readonly AuditEvent[]>;
  /** The last row, `SEQ:MAC`. */
  head(em: EntityManager): Promise<string>;
  /** Whether the last row's MAC is from another key than the current one. */
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
  // From a transaction that may still fail or be overtaken: the next append detects that.
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
