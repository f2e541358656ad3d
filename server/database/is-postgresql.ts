import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { EntityManager } from './entity-manager.ts';

/** Whether an entity manager's database is PostgreSQL, where transactions run concurrently. */
export function isPostgresql(em: EntityManager): boolean {
  return em.getDriver() instanceof PostgreSqlDriver;
}
