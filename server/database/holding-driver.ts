import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';

/** A connection from a pool, or from a turn on a single handle. */
export interface PooledConnection {
  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>>;
  /** Returns the connection. */
  release(): void;
  /** Ends any open transaction on the connection, and returns it. */
  discard(error: unknown): void;
}

/** Options of a `HoldingDriver`. */
export interface HoldingDriverOptions {
  /** The statement that begins a transaction. */
  readonly begin: string;
  readonly acquire: () => Promise<PooledConnection>;
  readonly close: () => Promise<void>;
}

/**
 * A driver for Kysely that holds no connection longer than its transaction. The ORM uses Kysely's
 * controlled transactions, which never return their connection when `begin`, `commit` or `rollback`
 * fails: after ten such failures, or one on SQLite, the process would have no connection left.
 * Here, a connection that fails at one of the three is discarded immediately.
 */
export class HoldingDriver implements Driver {
  readonly #options: HoldingDriverOptions;

  constructor(options: HoldingDriverOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Held> {
    return new Held(await this.#options.acquire());
  }

  async beginTransaction(held: Held, settings: TransactionSettings): Promise<void> {
    if (settings.isolationLevel || settings.accessMode) throw new Error('not supported');
    await held.orDiscard(this.#options.begin);
  }

  async commitTransaction(held: Held): Promise<void> {
    await held.orDiscard('commit');
  }

  /** Never fails: discarding a connection ends its transaction too. */
  async rollbackTransaction(held: Held): Promise<void> {
    if (held.isHeld) await held.orDiscard('rollback').catch(() => {});
  }

  async savepoint(held: Held, name: string): Promise<void> {
    await held.execute(`savepoint ${quoted(name)}`);
  }

  async rollbackToSavepoint(held: Held, name: string): Promise<void> {
    await held.execute(`rollback to ${quoted(name)}`);
  }

  async releaseSavepoint(held: Held, name: string): Promise<void> {
    await held.execute(`release ${quoted(name)}`);
  }

  async releaseConnection(held: Held): Promise<void> {
    held.release();
  }

  async destroy(): Promise<void> {
    await this.#options.close();
  }
}

/** A connection for one use. Each use gets a new object: a discarded one stays discarded. */
class Held implements DatabaseConnection {
  #connection: PooledConnection | null;

  constructor(connection: PooledConnection) {
    this.#connection = connection;
  }

  get isHeld(): boolean {
    return this.#connection !== null;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#connection === null) throw new Error('Connection terminated: it was discarded');
    return this.#connection.executeQuery(query);
  }

  async execute(sql: string): Promise<void> {
    await this.executeQuery(CompiledQuery.raw(sql));
  }

  async orDiscard(sql: string): Promise<void> {
    try {
      await this.execute(sql);
    } catch (error) {
      const connection = this.#connection;
      this.#connection = null;
      connection?.discard(error);
      throw error;
    }
  }

  release(): void {
    const connection = this.#connection;
    this.#connection = null;
    connection?.release();
  }

  streamQuery(): never {
    throw new Error('not supported: a stream keeps its connection');
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
