import type { MikroORM } from '@mikro-orm/sql';
import { PostgresqlClient } from './postgresql-client.ts';
import { migrationLimits } from './postgresql-session.ts';

/** One number per kind of lock; it spells "rrk" and "migrate". */
const migrationLock = [0x72726b, 0x6d6967];

/**
 * Migrates the tables to the current version. Safe when several processes start together:
 * PostgreSQL lets one at a time migrate; on SQLite the second waits for the first one's
 * transaction.
 *
 * @param orm - the connected ORM.
 * @param url - the database's address; PostgreSQL's lock is held on a separate connection.
 * @param connect - connects an ORM to PostgreSQL under the limits of migrations.
 * @throws when the database does not answer, or another process is still migrating after ten
 * seconds.
 */
export async function migrate(
  orm: MikroORM,
  url: string,
  connect: () => Promise<MikroORM>,
): Promise<void> {
  if (url.startsWith('sqlite:')) return migrateSqlite(orm);
  const client = new PostgresqlClient({ connectionString: url, limits: migrationLimits });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1, $2)', migrationLock).catch(explainLock);
    if ((await orm.migrator.getPending()).length === 0) return;
    await using migrating = await connect();
    await migrating.migrator.up();
  } finally {
    await client.end();
  }
}

function explainLock(error: unknown): never {
  const isLocked = error instanceof Error && 'code' in error && error.code === '55P03';
  if (!isLocked) throw error;
  const seconds = migrationLimits.lockMs / 1000;
  throw new Error(
    `another process has been bringing the tables up to date for ${seconds} seconds: wait until it is done`,
  );
}

/**
 * The migrator's table of migrations, created atomically: with a separate check for its existence,
 * another process could create it between check and creation.
 */
const migrationsTable = `
  create table if not exists mikro_orm_migrations (
    id integer not null primary key autoincrement,
    name text not null,
    executed_at datetime not null default current_timestamp
  )`;

/**
 * All migrations of a run share one transaction, which takes the write lock before it queries the
 * pending ones.
 */
async function migrateSqlite(orm: MikroORM): Promise<void> {
  await orm.em.fork().execute(migrationsTable);
  if ((await orm.migrator.getPending()).length > 0) await orm.migrator.up();
}
