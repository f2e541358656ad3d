import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityManager } from '../database/entity-manager.ts';

/** The PostgreSQL channel that wakes workers. */
export const taskChannel = 'reporisk_task';

/** Wakes the workers of every process when the transaction commits; on SQLite they look often. */
export async function announceTasks(em: EntityManager): Promise<void> {
  if (!(em.getDriver() instanceof PostgreSqlDriver)) return;
  await em.execute(`select pg_notify('${taskChannel}', '')`);
}
