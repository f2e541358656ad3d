import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityManager } from '../database/database.ts';

/**
 * Lets one transaction at a time change what is known of a subject; the next waits until this one
 * has ended. SQLite's transactions take turns anyway.
 *
 * @param em - the transaction's.
 */
export async function takeTurns(em: EntityManager, subject: string): Promise<void> {
  if (!(em.getDriver() instanceof PostgreSqlDriver)) return;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [subject]);
}
