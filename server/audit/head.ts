import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { AuditEvent } from '../database/entities/audit-event.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { prepared } from '../database/prepared.ts';

/** The end of the log: what the next row follows. */
export interface Head {
  /** The last row's; 0 in an empty log. */
  readonly seq: number;
  readonly digest: string;
  /** The last row's; empty in an empty log. */
  readonly mac: string;
}

/** The head as the last committed transaction left it. */
export async function readHead(em: EntityManager, lock = ''): Promise<Head> {
  const [head] = await em.execute<Head[]>(`select seq, digest, mac from audit_head ${lock}`);
  if (head === undefined) throw new Error('audit_head has lost its row');
  return head;
}

/**
 * The head, held until the transaction ends, so that rows follow each other. The last lock that a
 * transaction takes before it commits: so none waits here that another waits for. SQLite's
 * transactions take turns anyway.
 */
export function lockHead(em: EntityManager): Promise<Head> {
  return readHead(em, em.getDriver() instanceof PostgreSqlDriver ? 'for update' : '');
}

/**
 * Writes rows and moves the head behind them, unless it stands elsewhere than the rows begin: then
 * nothing is written. On PostgreSQL one statement, because everybody who records something waits for
 * the head.
 *
 * @param from - the head as it stands in the database.
 * @param to - the head after the rows.
 * @param secrets - names of the secrets that this process knows: where another is in use, it must not
 * write, because no later row would vouch for its own.
 * @returns whether they were written.
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
  if (!(em.getDriver() instanceof PostgreSqlDriver)) {
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

/** A row as its table names it. */
function columns({ orgId, ipAddress, requestId, ...row }: AuditEvent) {
  return { ...row, org_id: orgId, ip_address: ipAddress, request_id: requestId };
}

/**
 * Whether an action on a target was recorded after a place in the log. Rows are committed in the order
 * of their places, so this needs no clock.
 */
export async function isRecordedAfter(
  em: EntityManager,
  seq: number,
  event: { readonly action: string; readonly target: string },
): Promise<boolean> {
  return (await em.count(AuditEvent, { seq: { $gt: seq }, ...event })) > 0;
}

/** A head as it is logged and given to `cli audit verify --head`. */
export function formatHead({ seq, mac }: Pick<Head, 'seq' | 'mac'>): string {
  return `${seq}:${mac}`;
}

/** @returns null when the text is no head. */
export function parseHead(text: string): Pick<Head, 'seq' | 'mac'> | null {
  const [, seq, mac = ''] = /^(\d{1,15}):([0-9a-f]{64})?$/.exec(text) ?? [];
  return seq === undefined ? null : { seq: Number(seq), mac };
}
