import type { EntityManager } from './entity-manager.ts';
import { isPostgresql } from './is-postgresql.ts';
import { prepared } from './prepared.ts';

/**
 * Takes advisory locks on subjects: one transaction at a time may change their state, and the next
 * waits until it has ended. SQLite runs one transaction at a time anyway.
 *
 * PostgreSQL keeps each lock in shared memory, enough for about 6,000 in all: a transaction takes a
 * hundred at most. They are taken in one order, so two transactions cannot deadlock.
 *
 * @param em - the transaction's.
 */
export async function acquireAdvisoryLock(em: EntityManager, ...subjects: string[]): Promise<void> {
  if (!isPostgresql(em) || subjects.length === 0) return;
  await prepared(
    em,
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(subject, 0) as key
       from (values ${subjects.map(() => '(?)').join(', ')}) as given (subject) order by key
     ) as keys`,
    subjects,
  );
}

/**
 * Takes an advisory lock without waiting.
 *
 * @param em - the transaction's.
 * @returns false while another transaction has it.
 */
export async function tryTurn(em: EntityManager, subject: string): Promise<boolean> {
  if (!isPostgresql(em)) return true;
  const [row] = await prepared<{ taken: boolean }>(
    em,
    'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as taken',
    [subject],
  );
  return row?.taken === true;
}
