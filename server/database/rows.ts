import BetterSqlite3 from 'better-sqlite3';
import type pg from 'pg';
import { type Dialect, postgresql, sqlite } from './dialect.ts';
import type { EntityManager } from './entity-manager.ts';
import { isPostgresql } from './is-postgresql.ts';
import { asInSqlite, prepared, type Value, withNumbers } from './prepared.ts';
import { KeptStatements, readerBusyMs, Stretch } from './sqlite-connection.ts';

/** A source of rows. */
export interface Rows {
  readonly dialect: Dialect;
  /**
   * Runs a prepared statement and returns its rows.
   *
   * @param sql - one of few texts, with `?` for each value and nowhere else.
   */
  all<Row>(sql: string, values: readonly Value[]): Promise<Row[]>;
  /**
   * The same for a statement whose best plan depends on its values: PostgreSQL plans it each time.
   */
  planned<Row>(sql: string, values: readonly Value[]): Promise<Row[]>;
}

/** Rows as a transaction sees them, its own changes among them. */
export function rowsWithin(em: EntityManager): Pick<Rows, 'dialect' | 'all'> {
  return {
    dialect: isPostgresql(em) ? postgresql : sqlite,
    async all(sql, values) {
      await em.flush();
      return prepared(em, sql, values);
    },
  };
}

/**
 * Rows of a SQLite file, through a separate read-only handle: the ORM's handle would show
 * uncommitted rows, and is held by a transaction until its end.
 */
export function openSqliteRows(path: string): Rows & Disposable {
  const database = new BetterSqlite3(path, { readonly: true, timeout: readerBusyMs });
  // As on the verification path: pages are read from the system's cache.
  database.pragma('mmap_size = 2147418112');
  const statements = new KeptStatements(database);
  const stretch = new Stretch();
  async function all<Row>(sql: string, values: readonly Value[]) {
    if (stretch.isOver()) await stretch.letOthersRun();
    return statements.get(sql).all(values.map(asInSqlite)) as Row[];
  }
  return {
    ...{ dialect: sqlite, all, planned: all },
    [Symbol.dispose]: () => void database.close(),
  };
}

/** Rows of PostgreSQL, through the pool of management. */
export function postgresqlRows(pool: pg.Pool): Rows {
  return {
    dialect: postgresql,
    async all<Row>(sql: string, values: readonly Value[]) {
      return (await pool.query(withNumbers(sql), [...values])).rows as Row[];
    },
    async planned<Row>(sql: string, values: readonly Value[]) {
      // Without a name of its own, it is not kept.
      return (await pool.query({ text: withNumbers(sql), values: [...values] })).rows as Row[];
    },
  };
}
