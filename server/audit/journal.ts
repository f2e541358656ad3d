import { z } from 'zod';
import type { Mac } from '../../core/mod.ts';
import type { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { digestOf, firstDigest, isMadeUnder } from './audit-row.ts';
import { rowsUpTo } from './rows.ts';

/** One line of an export: a row of the log, and the MAC that links it to the row before. */
const line = z.object({
  seq: z.int().positive(),
  id: z.string(),
  org_id: z.string().nullable(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  changes: z.record(z.string(), z.unknown()).nullable(),
  ip_address: z.string().nullable(),
  request_id: z.string().nullable(),
  chain: z.string(),
});

/** A row as a line of an export, in NDJSON. */
export function formatJournalLine(event: AuditEvent): string {
  const { seq, id, orgId, at, actor, action, target, changes, ipAddress, requestId, mac } = event;
  const row: z.input<typeof line> = {
    ...{ seq, id, org_id: orgId ?? null, at: at.toISOString(), actor, action },
    ...{ target: target ?? null, changes: changes ?? null },
    ...{ ip_address: ipAddress ?? null, request_id: requestId ?? null, chain: mac },
  };
  return JSON.stringify(row);
}

/**
 * Parses an export.
 *
 * @throws {JournalError} at the first invalid line, and for an empty export.
 */
export function parseJournal(text: string): readonly AuditEvent[] {
  const rows = text.split('\n').flatMap((each, index) => {
    if (each.trim() === '') return [];
    const read = parseLine(each);
    if (read === undefined)
      throw new JournalError(`line ${index + 1} is no row of an audit export`);
    const { org_id: orgId, ip_address: ipAddress, request_id: requestId, chain, ...row } = read;
    return [{ ...row, orgId, ipAddress, requestId, mac: chain }];
  });
  if (rows.length === 0) {
    throw new JournalError(
      'it holds no row: take an export that was complete, or accept without --journal',
    );
  }
  return rows;
}

function parseLine(text: string) {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** An unusable journal. The message is one line for the operator. */
class JournalError extends Error {
  override readonly name = 'JournalError';

  constructor(why: string) {
    super(`The journal cannot be used: ${why}`);
  }
}

/**
 * The rows of a journal that the log has lost: those after the last row that both hold.
 *
 * @param keys - the current audit key, then the previous one.
 * @throws {JournalError} when the rows do not follow the log, or this installation did not write
 * them.
 */
export async function lostRows(
  em: EntityManager,
  keys: readonly Mac[],
  journal: readonly AuditEvent[],
): Promise<readonly AuditEvent[]> {
  const macs = new Map(journal.map(({ seq, mac }) => [seq, mac]));
  let digest = firstDigest;
  let held = 0;
  for await (const row of rowsUpTo(em, Number.MAX_SAFE_INTEGER)) {
    const mac = macs.get(row.seq);
    if (mac !== undefined && mac !== row.mac) break;
    digest = digestOf(digest, row.seq, row);
    held = row.seq;
  }

  const lost = journal.filter(({ seq }) => seq > held);
  let isWritten = true;
  for (const [index, row] of lost.entries()) {
    if (row.seq !== held + 1 + index) {
      throw new JournalError(
        `row ${held + 1 + index} is missing between it and the database, whose log ends at ${held}`,
      );
    }
    digest = digestOf(digest, row.seq, row);
    // A row authenticates all rows before it, including those whose secret is gone.
    isWritten = isMadeUnder(keys, digest, row.mac);
  }
  if (!isWritten) {
    throw new JournalError(
      'its last row does not follow the rows before it under this SERVER_SECRET',
    );
  }
  return lost;
}
