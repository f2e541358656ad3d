import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, type QueryResult } from 'kysely';
import type { PooledConnection } from './holding-driver.ts';
import type { RunStatement } from './prepared.ts';
import { Turns } from './turns.ts';

/**
 * Milliseconds that a read-only handle may block the event loop; a writer keeps no reader waiting.
 */
export const readerBusyMs = 50;

/** Milliseconds between two attempts while another process writes; the last one repeats. */
const busyPauses = [1, 2, 5, 10, 20];

/** Milliseconds of statements and of processing their results before other work gets a turn. */
const maxStretchMs = 10;

/** Maximum of kept statements; a bulk insert has one of full length, and one for the rest. */
const keptAtMost = 64;

/** The statements at both ends of each transaction. */
const ends = ['begin immediate', 'commit', 'rollback'];

/**
 * When the disk has a transaction: `full`, before its commit returns and others see it; `normal`, after
 * the next sync of the log, so that only a power cut or a crash of the machine can lose it.
 */
export type Synchronous = 'full' | 'normal';

/**
 * The one handle that a process writes with. It prepares a statement with parameters once. The
 * ORM's statements contain their values, so each text is used only once.
 */
export class SqliteHandle {
  readonly #database: BetterSqlite3.Database;
  readonly #timeoutMs: number;
  readonly #turns = new Turns();
  readonly #statements: KeptStatements;
  readonly #stretch = new Stretch();
  /** Null before the first turn: a handle may come with any level. */
  #synchronous: Synchronous | null = null;
  #changedRows = 0;
  #committedRows = 0;

  /** @param timeoutMs - the maximum wait of a statement for its turn and for other processes. */
  constructor(database: BetterSqlite3.Database, timeoutMs: number) {
    this.#database = database;
    this.#timeoutMs = timeoutMs;
    this.#statements = new KeptStatements(database);
  }

  /** Rows that ended transactions of the handle have changed; a change of the schema counts as one. */
  get committedRows(): number {
    return this.#committedRows;
  }

  /** Waits for its turn; a transaction is one turn. */
  async acquire(synchronous: Synchronous = 'full'): Promise<PooledConnection> {
    const deadline = performance.now() + this.#timeoutMs;
    /** Ends the turn; null between two turns, when an open transaction belongs to another user. */
    let give: (() => void) | null = null;
    const take = async () => {
      give = await this.#turns.take(deadline, busy);
      // Each turn sets its own level: an earlier one that failed leaves nothing behind.
      if (this.#synchronous === synchronous) return;
      this.#database.pragma(`synchronous = ${synchronous}`);
      this.#synchronous = synchronous;
    };
    const release = () => {
      const end = give;
      if (end === null) return;
      give = null;
      try {
        // After a failed commit, for example on a full disk, the transaction may or may not be
        // open.
        if (this.#database.inTransaction) this.#database.exec('rollback');
      } finally {
        end();
      }
    };

    /**
     * Waits for another process's transaction by timer: SQLite's own wait would block the event
     * loop, and with it every request. Between attempts, others get their turns, because a reader
     * need not wait.
     */
    const whenFree = async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      if (this.#stretch.isOver()) await this.#stretch.letOthersRun();
      // A transaction that has already ended must not write into the next one.
      if (give === null) throw new Error('the transaction has ended');
      for (let attempt = 0; ; attempt++) {
        try {
          return this.#execute(query);
        } catch (error) {
          const isLast = this.#database.inTransaction || performance.now() > deadline;
          if (isLast || !isBusy(error)) throw error;
        }
        release();
        await wait(busyPauses[attempt] ?? busyPauses.at(-1));
        await take();
      }
    };

    await take();
    return { executeQuery: whenFree, release, discard: release };
  }

  /** Runs statements in one transaction, without the ORM. */
  async transaction<T>(
    synchronous: Synchronous,
    work: (run: RunStatement) => Promise<T>,
  ): Promise<T> {
    const connection = await this.acquire(synchronous);
    const run: RunStatement = async <Row>(sql: string, values: Parameters<RunStatement>[1] = []) =>
      (await connection.executeQuery<Row>(CompiledQuery.raw(sql, [...values]))).rows;
    try {
      await run('begin immediate');
      const result = await work(run);
      await run('commit');
      return result;
    } finally {
      connection.release();
    }
  }

  #execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const isKept = parameters.length > 0 || ends.includes(sql);
    const statement = isKept ? this.#statements.get(sql) : this.#database.prepare(sql);
    const result = runStatement<Row>(statement, parameters);
    // `begin immediate` takes the write lock, and changes nothing yet.
    const isChange = !statement.readonly && !sql.startsWith('begin');
    if (isChange) this.#changedRows += Math.max(1, Number(result.numAffectedRows ?? 0));
    if (!this.#database.inTransaction) this.#committedRows = this.#changedRows;
    return result;
  }
}

function runStatement<Row>(
  statement: BetterSqlite3.Statement,
  parameters: readonly unknown[],
): QueryResult<Row> {
  if (statement.reader) return { rows: statement.all(parameters) as Row[] };
  const { changes, lastInsertRowid } = statement.run(parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/** The statements of a handle, each prepared once. */
export class KeptStatements {
  readonly #database: BetterSqlite3.Database;
  readonly #kept = new Map<string, BetterSqlite3.Statement>();

  constructor(database: BetterSqlite3.Database) {
    this.#database = database;
  }

  get(sql: string): BetterSqlite3.Statement {
    const statement = this.#kept.get(sql) ?? this.#database.prepare(sql);
    // The map is in order of use, least recent first.
    this.#kept.delete(sql);
    this.#kept.set(sql, statement);
    if (this.#kept.size > keptAtMost) {
      const [oldest = ''] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return statement;
  }
}

/** Statements never wait, so a loop over them would block every request of the process. */
export class Stretch {
  /** The next time to yield the event loop, by `performance.now()`. */
  #yieldAt = 0;

  isOver(): boolean {
    return performance.now() >= this.#yieldAt;
  }

  async letOthersRun(): Promise<void> {
    await setImmediate();
    this.#yieldAt = performance.now() + maxStretchMs;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_BUSY/.test(String(error.code));
}

/** SQLite's error for a file that another process writes. */
export function busy(): Error {
  return new BetterSqlite3.SqliteError('database is locked', 'SQLITE_BUSY');
}
