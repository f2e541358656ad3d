import { type FileHandle, open } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { SqliteAdapter, SqliteDialect } from 'kysely';
import { Checkpoints } from './checkpoints.ts';
import { HoldingDriver } from './holding-driver.ts';
import { SqliteHandle } from './sqlite-connection.ts';

/** Milliseconds that a statement waits for others of this process, and for other processes. */
const busyTimeoutMs = 10_000;

/**
 * KiB of pages kept in memory. A batch of usage changes a page of each key's index; pages beyond
 * this size are written out before the commit, and read again.
 */
const cacheSize = 16_000;

/** Log pages before a checkpoint: a page that many batches change is moved to the file once. */
const checkpointAfter = 4_000;

/**
 * SQLite for several processes on one file, with a write-ahead log. A commit is visible before the disk
 * has it: `sync` is what an answer waits for, and an answered revocation survives a power cut.
 * Transactions take the write lock when they begin: their reads cannot become stale before they write.
 */
export class DurableSqliteDialect extends SqliteDialect {
  /** The handle of every write. */
  readonly handle: SqliteHandle;
  readonly #database: BetterSqlite3.Database;
  readonly #path: string;
  readonly #checkpoints: Checkpoints;
  #syncedRows = 0;
  #log: FileHandle | null = null;
  /** The sync under way, and the one after it. */
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  /** @param create - whether to make the file where there is none. */
  constructor(path: string, create: boolean) {
    // Nothing is served yet: blocking the event loop while the file is opened is harmless.
    const database = new BetterSqlite3(path, { timeout: busyTimeoutMs, fileMustExist: !create });
    database.pragma('journal_mode = WAL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${cacheSize}`);
    database.pragma(`wal_autocheckpoint = ${checkpointAfter}`);
    database.pragma('busy_timeout = 0');
    super({ database });
    this.#database = database;
    this.#path = path;
    this.#checkpoints = new Checkpoints(path);
    this.handle = new SqliteHandle(database, busyTimeoutMs);
  }

  /**
   * Resolves when the disk has every commit so far; the event loop does not wait for it. Commits that
   * come during one sync share the next.
   */
  sync(): Promise<void> {
    if (this.#next === null && this.handle.committedRows === this.#syncedRows) {
      return Promise.resolve();
    }
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = null;
        this.#current = this.#syncLog();
        return this.#current;
      });
    return this.#next;
  }

  async #syncLog(): Promise<void> {
    const { committedRows } = this.handle;
    // SQLite keeps the file of the log as long as a handle is open.
    this.#log ??= await open(`${this.#path}-wal`, 'r+');
    await this.#log.datasync();
    this.#checkpoints.changed(committedRows - this.#syncedRows);
    this.#syncedRows = committedRows;
  }

  override createDriver(): HoldingDriver {
    const database = this.#database;
    const { handle } = this;
    return new HoldingDriver({
      begin: 'begin immediate',
      // SQLite itself syncs the first commit: the log's entry in its folder is new then.
      acquire: () => handle.acquire(this.#log === null ? 'full' : 'normal'),
      close: async () => {
        await this.#checkpoints.close();
        await this.#current.catch(() => {});
        await this.#log?.close();
        database.close();
      },
    });
  }

  override createAdapter(): SqliteAdapter {
    return new TurnTakingAdapter();
  }
}

/** The handle orders its users itself; Kysely's lock would be held while another process writes. */
class TurnTakingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
