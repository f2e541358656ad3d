import { randomBytes } from 'node:crypto';
import type { EntityManager } from '../database/database.ts';
import type { AuditEvent } from '../database/entities/audit-event.ts';
import {
  canonical,
  digestOf,
  firstDigest,
  isMadeUnder,
  macOf,
  type NewAuditEvent,
} from './audit-row.ts';
import { append, type Head, lockHead } from './head.ts';

/** How many rows go into one statement. */
const batchSize = 200;

/**
 * Writes events at the end of the log, each linked to everything before it. The last thing that a
 * transaction does.
 *
 * @param keys - the current key, then the previous one where a secret is being replaced.
 */
export async function appendEvents(
  em: EntityManager,
  keys: readonly Uint8Array[],
  events: readonly NewAuditEvent[],
): Promise<void> {
  const [key] = keys;
  if (key === undefined) throw new TypeError('the audit log needs a key');
  let head = trusted(await lockHead(em), keys);
  for (let start = 0; start < events.length; start += batchSize) {
    const rows = events.slice(start, start + batchSize).map((event) => {
      const seq = head.seq + 1;
      const digest = digestOf(head.digest, seq, event);
      head = { seq, digest, mac: macOf(key, digest) };
      const changes = event.changes ? (canonical(event.changes) as AuditEvent['changes']) : null;
      return { ...event, changes: changes ?? null, seq, mac: head.mac };
    });
    await append(em, rows, head);
  }
}

/**
 * A head that was not written under our keys is not built upon, or the next row would vouch for a
 * forged log. What is done goes on all the same; the row follows nothing, and verifying says so.
 */
function trusted(head: Head, keys: readonly Uint8Array[]): Head {
  const isFirst = head.seq === 0 && head.digest === firstDigest;
  if (isFirst || isMadeUnder(keys, head.digest, head.mac)) return head;
  return { ...head, digest: randomBytes(32).toString('hex') };
}
