import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, type DatabaseConnection, SqliteDialect, SqliteDriver } from 'kysely';

/** Milliseconds that a writer waits for another process's transaction. */
const busyTimeout = 10_000;

/**
 * SQLite for several processes on one file: write-ahead log, every commit synced (a revocation that
 * was answered survives a power cut), and transactions that take the write lock when they begin, so
 * that what they read cannot change before they write.
 */
export class DurableSqliteDialect extends SqliteDialect {
  readonly #database: BetterSqlite3.Database;

  constructor(path: string) {
    const database = new BetterSqlite3(path, { timeout: busyTimeout });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#database });
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}
