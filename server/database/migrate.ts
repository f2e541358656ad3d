import type { MikroORM } from '@mikro-orm/core';
import { isDatabaseAway } from './is-database-away.ts';
import { PostgresqlClient } from './postgresql-client.ts';
import { migrationLimits } from './postgresql-session.ts';

/** One number per kind of lock; it spells "rrk" and "migrate". */
const migrationLock = [0x72726b, 0x6d6967];

/**
 * Brings the tables up to date. Safe when several processes start at once: PostgreSQL lets one at a
 * time migrate; on SQLite the second finds the first one's transaction done.
 *
 * @param orm - the connected ORM.
 * @param url - the database's address; PostgreSQL's lock is held on a connection of its own.
 * @param connect - connects an ORM to PostgreSQL under the limits of migrations.
 * @throws when the database does not answer, or another process goes on migrating: after ten seconds.
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

async function migrateSqlite(orm: MikroORM, furtherTries = 2): Promise<void> {
  if ((await orm.migrator.getPending()).length === 0) return;
  try {
    await orm.migrator.up();
  } catch (error) {
    // All migrations of a run share one transaction: if another process won the race, none is left.
    // It may have won only as far as the table of migrations, and then the rest is still to be done.
    if (furtherTries === 0 || isDatabaseAway(error)) throw error;
    await migrateSqlite(orm, furtherTries - 1);
  }
}
