import type { Mac } from '../../core/mod.ts';
import { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { digestOf, firstDigest, isMadeUnder } from './audit-row.ts';
import { formatHead, type Head, readHead } from './head.ts';
import { rowsUpTo } from './rows.ts';

/** The result of verifying the log. */
export interface Verification {
  /** Number of rows. */
  readonly events: number;
  /** The last row, `SEQ:MAC`, for comparison with a later result. */
  readonly head: string;
  /** Null when every row is intact and none is missing. */
  readonly fault: Fault | null;
}

/** The first defect. */
export interface Fault {
  /** The row's place. */
  readonly seq: number;
  readonly kind: 'altered' | 'removed' | 'inserted' | 'cut';
  readonly detail: string;
}

/**
 * Reads the whole log and checks each row's MAC. A row whose secret is gone is valid when a later
 * row authenticates it, because each MAC covers all rows before it.
 *
 * @param keys - keys that may have signed rows.
 * @param trusted - a head from outside the database. Without it, a log that was truncated and
 * continued is not detected.
 */
export async function verifyLog(
  em: EntityManager,
  keys: readonly Mac[],
  trusted: Pick<Head, 'seq' | 'mac'> | null,
): Promise<Verification> {
  // Must come first: rows that are appended during the read then lie after it.
  const recorded = await readHead(em);
  let last: Head = { seq: 0, digest: firstDigest, mac: '' };
  let vouchedFor = 0;
  let fault: Fault | null = null;
  let events = 0;

  for await (const row of rowsUpTo(em, recorded.seq)) {
    events += 1;
    const expected = last.seq + 1;
    if (row.seq < expected) {
      fault ??= inserted(row.seq);
      continue;
    }
    if (row.seq > expected) {
      fault ??= removed(expected);
      break;
    }
    const digest = digestOf(last.digest, row.seq, row);
    if (isMadeUnder(keys, digest, row.mac)) vouchedFor = row.seq;
    last = { seq: row.seq, digest, mac: row.mac };
    if (row.seq === trusted?.seq && row.mac !== trusted.mac) fault ??= replaced(row.seq);
  }

  if (vouchedFor < last.seq) fault = earlier(fault, altered(vouchedFor + 1));
  if (recorded.seq > last.seq && fault === null) fault = cut(last.seq + 1);
  if (trusted !== null && trusted.seq > recorded.seq) fault ??= cut(recorded.seq + 1);
  if (last.mac !== recorded.mac) fault ??= altered(last.seq);
  fault ??= await behindTheEnd(em, recorded.seq);
  return { events, head: formatHead(recorded), fault };
}

/** Rows that the head does not count; a row appended during the read has moved it. */
async function behindTheEnd(em: EntityManager, end: number): Promise<Fault | null> {
  const row = await em.findOne(AuditEvent, { seq: { $gt: end } }, { orderBy: { seq: 'desc' } });
  if (row === null || row.seq <= (await readHead(em)).seq) return null;
  return inserted(row.seq);
}

function earlier(one: Fault | null, other: Fault): Fault {
  return one !== null && one.seq < other.seq ? one : other;
}

function removed(seq: number): Fault {
  return { seq, kind: 'removed', detail: `row ${seq} is missing` };
}

function inserted(seq: number): Fault {
  return { seq, kind: 'inserted', detail: `row ${seq} was not written by the server` };
}

function altered(seq: number): Fault {
  const detail = `row ${seq} is not what the server wrote after the rows before it`;
  return { seq, kind: 'altered', detail };
}

function cut(seq: number): Fault {
  return { seq, kind: 'cut', detail: `the log ends before row ${seq}, which was written` };
}

function replaced(seq: number): Fault {
  const detail = `row ${seq} is another one than the head given tells of: the log was cut before it`;
  return { seq, kind: 'cut', detail };
}
