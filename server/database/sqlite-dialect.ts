import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, type DatabaseConnection, SqliteDialect, SqliteDriver } from 'kysely';
import { PreparingConnection } from './preparing-connection.ts';

/** Milliseconds that a writer waits for another process's transaction. */
const busyTimeout = 10_000;

/**
 * KiB of pages kept in memory. A batch of usage changes a page of each key's index; what does not fit
 * is written out before the commit, and read again.
 */
const cacheSize = 16_000;

/** Pages in the log before they are moved to the file: what many batches change is moved once. */
const checkpointAfter = 4_000;

/**
 * SQLite for several processes on one file: write-ahead log, every commit synced (a revocation that
 * was answered survives a power cut), and transactions that take the write lock when they begin, so
 * that what they read cannot change before they write.
 */
export class DurableSqliteDialect extends SqliteDialect {
  readonly #database: BetterSqlite3.Database;

  /** @param create - whether to make the file where there is none. */
  constructor(path: string, create: boolean) {
    const database = new BetterSqlite3(path, { timeout: busyTimeout, fileMustExist: !create });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${cacheSize}`);
    database.pragma(`wal_autocheckpoint = ${checkpointAfter}`);
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#database);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: BetterSqlite3.Database;
  #connection: PreparingConnection | undefined;

  constructor(database: BetterSqlite3.Database) {
    super({ database });
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    this.#connection ??= new PreparingConnection(connection, this.#database);
    return this.#connection;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}
