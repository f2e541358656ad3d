import BetterSqlite3 from 'better-sqlite3';
import { SqliteAdapter, SqliteDialect } from 'kysely';
import { HoldingDriver } from './holding-driver.ts';
import { SqliteHandle } from './sqlite-connection.ts';

/** Milliseconds that a statement waits for other statements of this process, and for other processes. */
const busyTimeoutMs = 10_000;

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
    // Nothing is served yet: while the file is opened, the wait may hold the event loop.
    const database = new BetterSqlite3(path, { timeout: busyTimeoutMs, fileMustExist: !create });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${cacheSize}`);
    database.pragma(`wal_autocheckpoint = ${checkpointAfter}`);
    database.pragma('busy_timeout = 0');
    super({ database });
    this.#database = database;
  }

  override createDriver(): HoldingDriver {
    const database = this.#database;
    const handle = new SqliteHandle(database, busyTimeoutMs);
    return new HoldingDriver({
      begin: 'begin immediate',
      acquire: () => handle.acquire(),
      close: async () => void database.close(),
    });
  }

  override createAdapter(): SqliteAdapter {
    return new TurnTakingAdapter();
  }
}

/** The handle lets its users take turns itself; Kysely's lock would be held while another process writes. */
class TurnTakingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
