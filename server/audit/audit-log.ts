import type { ChangingKey } from '../crypto/keyring.ts';
import type { EntityManager } from '../database/database.ts';
import { nodeHashing } from '../node-hashing.ts';
import { appendEvents } from './append-events.ts';
import type { NewAuditEvent } from './audit-row.ts';
import { isMadeUnder } from './audit-row.ts';
import { formatHead, type Head, readHead } from './head.ts';
import { type Verification, verifyLog } from './verify-log.ts';

/** The audit log of one installation. */
export interface AuditLog {
  /** Writes events at its end; the last thing that a transaction does. */
  append(em: EntityManager, events: readonly NewAuditEvent[]): Promise<void>;
  /** Compares every row with what was written; see `verifyLog`. */
  verify(em: EntityManager, trusted: Pick<Head, 'seq' | 'mac'> | null): Promise<Verification>;
  /** The last row, `SEQ:MAC`. */
  head(em: EntityManager): Promise<string>;
  /** Whether the last row was written under another key than the one in use. */
  endsUnderAnother(em: EntityManager): Promise<boolean>;
}

/**
 * Makes the log.
 *
 * @param key - see `deriveKeys`.
 */
export function createAuditLog(key: ChangingKey): AuditLog {
  const macs = new Map(key.accepted.map((each) => [each, nodeHashing.hmacSha256(each)]));
  const all = [...macs.values()];
  const current = () => macs.get(key.current()) ?? nodeHashing.hmacSha256(key.current());
  // Of a transaction that may yet fail, or be overtaken: whoever goes on from it finds out.
  let last: Head | null = null;
  return {
    async append(em, events) {
      last = await appendEvents(em, current(), all, events, last);
    },
    verify: (em, trusted) => verifyLog(em, all, trusted),
    head: async (em) => formatHead(await readHead(em)),
    async endsUnderAnother(em) {
      const { digest, mac } = await readHead(em);
      return mac !== '' && !isMadeUnder([current()], digest, mac) && isMadeUnder(all, digest, mac);
    },
  };
}
