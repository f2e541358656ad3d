import { randomBytes } from 'node:crypto';
import type { Mac } from '../../core/mod.ts';
import { canonical } from '../crypto/canonical-json.ts';
import { UnknownSecret } from '../crypto/keyring.ts';
import { batches } from '../database/batches.ts';
import type { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { digestOf, firstDigest, isMadeUnder, macOf, type NewAuditEvent } from './audit-row.ts';
import { append, type Head, lockHead } from './head.ts';

/** How many rows go into one statement. */
const batchSize = 200;

/**
 * Writes events at the end of the log, each linked to everything before it. The last thing that a
 * transaction does.
 *
 * @param key - what the rows are written under.
 * @param accepted - what the rows before them may have been written under.
 * @param secrets - names of the secrets that this process knows.
 * @param last - where the log ended when it was last written to, by the same process: most often it
 * still ends there, and then no query for its end is needed. Null when it never was.
 * @returns where it ends now.
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
    // The head is locked, so it is the secret that does not fit.
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
 * A head that was not written under our keys is not built upon, or the next row would vouch for a
 * forged log. What is done goes on all the same; the row follows nothing, and verifying says so.
 */
function trusted(head: Head, keys: readonly Mac[]): Head {
  const isFirst = head.seq === 0 && head.digest === firstDigest;
  if (isFirst || isMadeUnder(keys, head.digest, head.mac)) return head;
  return { ...head, digest: randomBytes(32).toString('hex') };
}
