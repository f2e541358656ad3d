import type { MikroORM } from '@mikro-orm/core';
import pg from 'pg';

/** One number per kind of lock; it spells "rrk" and "migrate". */
const migrationLock = [0x72726b, 0x6d6967];

/**
 * Brings the tables up to date. Safe when several processes start at once: PostgreSQL lets one at a
 * time migrate; on SQLite the second finds the first one's transaction done.
 *
 * @param orm - the connected ORM.
 * @param url - the database's address; PostgreSQL's lock is held on a connection of its own.
 */
export async function migrate(orm: MikroORM, url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return migrateSqlite(orm);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1, $2)', migrationLock);
    await orm.migrator.up();
  } finally {
    await client.end();
  }
}

async function migrateSqlite(orm: MikroORM, furtherTries = 2): Promise<void> {
  try {
    await orm.migrator.up();
  } catch (error) {
    // All migrations of a run share one transaction: if another process won the race, none is left.
    // It may have won only as far as the table of migrations, and then the rest is still to be done.
    if ((await orm.migrator.getPending()).length === 0) return;
    if (furtherTries === 0) throw error;
    await migrateSqlite(orm, furtherTries - 1);
  }
}
