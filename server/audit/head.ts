import { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { isPostgresql } from '../database/is-postgresql.ts';
import { prepared } from '../database/prepared.ts';

/** The end of the log, which the next row follows. */
export interface Head {
  /** The last row's place; 0 in an empty log. */
  readonly seq: number;
  readonly digest: string;
  /** The last row's MAC; empty in an empty log. */
  readonly mac: string;
}

/** The head after the last committed transaction. */
export async function readHead(em: EntityManager, lock = ''): Promise<Head> {
  const [head] = await em.execute<Head[]>(`select seq, digest, mac from audit_head ${lock}`);
  if (head === undefined) throw new Error('audit_head has lost its row');
  return head;
}

/**
 * The head, locked until the transaction ends: two transactions cannot append after the same row.
 * It must be the last lock before the commit; a lock taken after it could deadlock. SQLite runs one
 * transaction at a time anyway.
 */
export function lockHead(em: EntityManager): Promise<Head> {
  return readHead(em, isPostgresql(em) ? 'for update' : '');
}

/**
 * Inserts rows and moves the head to the last of them. Where the head is no longer `from`, it
 * writes nothing. On PostgreSQL this is one statement, because every transaction that records an
 * event waits for the head.
 *
 * @param from - the head as it stands in the database.
 * @param to - the head after the rows.
 * @param secrets - names of the secrets that this process knows. Where another one is in use, this
 * process must not write: no later row would authenticate its rows.
 * @returns whether the rows were written.
 */
export async function append(
  em: EntityManager,
  rows: readonly AuditEvent[],
  from: Head,
  to: Head,
  secrets: readonly string[],
): Promise<boolean> {
  const move = `update audit_head set seq = ?, digest = ?, mac = ?
    where seq = ? and digest = ? and mac = ? and not exists (
      select 1 from secret_in_use where name not in (${secrets.map(() => '?').join(', ')})
    )`;
  const params = [to.seq, to.digest, to.mac, from.seq, from.digest, from.mac, ...secrets];
  if (!isPostgresql(em)) {
    const moved = await em.execute<unknown[]>(`${move} returning seq`, params);
    if (moved.length > 0) await em.insertMany(AuditEvent, [...rows]);
    return moved.length > 0;
  }
  const written = await prepared(
    em,
    `with moved as (${move} returning seq)
     insert into audit_event
       select row.* from moved, jsonb_populate_recordset(null::audit_event, ?::jsonb) as row
     returning seq`,
    [...params, JSON.stringify(rows.map(columns))],
  );
  return written.length > 0;
}

/** An event under its table's column names. */
function columns({ orgId, ipAddress, requestId, ...row }: AuditEvent) {
  return { ...row, org_id: orgId, ip_address: ipAddress, request_id: requestId };
}

/**
 * Whether the log has an action on a target after a given place. Rows commit in the order of their
 * places: this needs no clock.
 */
export async function isRecordedAfter(
  em: EntityManager,
  seq: number,
  event: { readonly action: string; readonly target: string },
): Promise<boolean> {
  return (await em.count(AuditEvent, { seq: { $gt: seq }, ...event })) > 0;
}

/** The head in the form of log lines and of `cli audit verify --head`. */
export function formatHead({ seq, mac }: Pick<Head, 'seq' | 'mac'>): string {
  return `${seq}:${mac}`;
}

/** @returns null when the text is not a head. */
export function parseHead(text: string): Pick<Head, 'seq' | 'mac'> | null {
  const [, seq, mac = ''] = /^(\d{1,15}):([0-9a-f]{64})?$/.exec(text) ?? [];
  return seq === undefined ? null : { seq: Number(seq), mac };
}
