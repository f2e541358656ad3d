import { randomBytes } from 'node:crypto';
import type { Mac } from '../../core/mod.ts';
import { canonical } from '../crypto/canonical-json.ts';
import { UnknownSecret } from '../crypto/keyring.ts';
import { batches } from '../database/batches.ts';
import type { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { digestOf, firstDigest, isMadeUnder, macOf, type NewAuditEvent } from './audit-row.ts';
import { append, type Head, lockHead } from './head.ts';

/** Rows per statement. */
const batchSize = 200;

/**
 * Appends events to the log; each row's MAC covers every row before it. Must be the last step of a
 * transaction.
 *
 * @param key - signs the new rows.
 * @param accepted - keys that may have signed the rows before them.
 * @param secrets - names of the secrets that this process knows.
 * @param last - the log's end after this process's last append; most often it is still the end, and
 * no query is needed. Null before the first append.
 * @returns the new end of the log.
 */
export async function appendEvents(
  em: EntityManager,
  key: Mac,
  accepted: readonly Mac[],
  secrets: readonly string[],
  events: readonly NewAuditEvent[],
  last: Head | null,
): Promise<Head> {
  if (last !== null && events.length <= batchSize) {
    const { rows, head } = link(key, last, events);
    if (await append(em, rows, last, head, secrets)) return head;
  }
  let stored = await lockHead(em);
  let from = trusted(stored, accepted);
  for (const some of batches(events, batchSize)) {
    const { rows, head } = link(key, from, some);
    const isWritten = await append(em, rows, stored, head, secrets);
    // The head is locked: only an unknown secret in use can be the cause.
    if (!isWritten) throw new UnknownSecret();
    stored = head;
    from = head;
  }
  return stored;
}

/** The rows of events that follow a head, and the head after them. */
function link(key: Mac, from: Head, events: readonly NewAuditEvent[]) {
  let head = from;
  const rows = events.map((event) => {
    const seq = head.seq + 1;
    const digest = digestOf(head.digest, seq, event);
    head = { seq, digest, mac: macOf(key, digest) };
    const changes = event.changes ? (canonical(event.changes) as AuditEvent['changes']) : null;
    return { ...event, changes: changes ?? null, seq, mac: head.mac };
  });
  return { rows, head };
}

/**
 * Appending to a head with a foreign MAC would authenticate a forged log. The transaction goes on
 * all the same; its row starts without a predecessor, and verification reports that.
 */
function trusted(head: Head, keys: readonly Mac[]): Head {
  const isFirst = head.seq === 0 && head.digest === firstDigest;
  if (isFirst || isMadeUnder(keys, head.digest, head.mac)) return head;
  return { ...head, digest: randomBytes(32).toString('hex') };
}
