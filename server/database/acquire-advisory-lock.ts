import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityManager } from './entity-manager.ts';

/**
 * Lets one transaction at a time change what is known of some subjects; the next waits until this one
 * has ended. SQLite's transactions take turns anyway.
 *
 * PostgreSQL keeps each lock in shared memory, enough for about 6,000 in all: a transaction takes a
 * hundred at most. They are taken in one order, so two transactions cannot wait for each other.
 *
 * @param em - the transaction's.
 */
export async function acquireAdvisoryLock(em: EntityManager, ...subjects: string[]): Promise<void> {
  if (!isPostgresql(em) || subjects.length === 0) return;
  await em.execute(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(subject, 0) as key
       from (values ${subjects.map(() => '(?)').join(', ')}) as given (subject) order by key
     ) as keys`,
    subjects,
  );
}

/**
 * Takes a turn without waiting for it.
 *
 * @param em - the transaction's.
 * @returns false while another transaction has it.
 */
export async function tryTurn(em: EntityManager, subject: string): Promise<boolean> {
  if (!isPostgresql(em)) return true;
  const [row] = await em.execute<{ taken: boolean }[]>(
    'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as taken',
    [subject],
  );
  return row?.taken === true;
}

/** Whether an entity manager's database is PostgreSQL, where transactions run beside each other. */
export function isPostgresql(em: EntityManager): boolean {
  return em.getDriver() instanceof PostgreSqlDriver;
}
