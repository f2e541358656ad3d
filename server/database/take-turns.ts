import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityManager } from './database.ts';

/**
 * Lets one transaction at a time change what is known of a subject; the next waits until this one
 * has ended. SQLite's transactions take turns anyway.
 *
 * @param em - the transaction's.
 */
export async function takeTurns(em: EntityManager, subject: string): Promise<void> {
  if (!isPostgresql(em)) return;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [subject]);
}

/** Whether an entity manager's database is PostgreSQL, where transactions run beside each other. */
export function isPostgresql(em: EntityManager): boolean {
  return em.getDriver() instanceof PostgreSqlDriver;
}
