import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityManager } from '../database/database.ts';
import { AuditEvent } from '../database/entities/audit-event.ts';

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
 * Writes rows and puts the head behind them; on PostgreSQL in one statement, because everybody who
 * records something waits for the head.
 */
export async function append(
  em: EntityManager,
  rows: readonly AuditEvent[],
  { seq, digest, mac }: Head,
): Promise<void> {
  const insert = em
    .createQueryBuilder(AuditEvent)
    .insert([...rows])
    .toQuery();
  const move = 'update audit_head set seq = ?, digest = ?, mac = ?';
  if (em.getDriver() instanceof PostgreSqlDriver) {
    const params = [seq, digest, mac, ...insert.params];
    await em.execute(`with moved as (${move}) ${insert.sql}`, params);
    return;
  }
  await em.execute(insert.sql, insert.params);
  await em.execute(move, [seq, digest, mac]);
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
