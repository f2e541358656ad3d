import type BetterSqlite3 from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';

/** Statements that are kept; a bulk insert has one of full length, and one for what is left. */
const keptAtMost = 64;

/**
 * A SQLite connection that prepares a statement with parameters once. Those of the ORM have their
 * values in the text, so that each comes but once.
 */
export class PreparingConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #database: BetterSqlite3.Database;
  readonly #kept = new Map<string, BetterSqlite3.Statement>();

  constructor(connection: DatabaseConnection, database: BetterSqlite3.Database) {
    this.#connection = connection;
    this.#database = database;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (query.parameters.length === 0) return this.#connection.executeQuery<Row>(query);
    const statement = this.#prepared(query.sql);
    if (statement.reader) return { rows: statement.all(query.parameters) as Row[] };
    const { changes } = statement.run(query.parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  streamQuery<Row>(
    query: CompiledQuery,
    chunkSize: number,
  ): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery<Row>(query, chunkSize);
  }

  #prepared(sql: string): BetterSqlite3.Statement {
    const statement = this.#kept.get(sql) ?? this.#database.prepare(sql);
    // The one used longest ago is the first.
    this.#kept.delete(sql);
    this.#kept.set(sql, statement);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptAtMost && oldest !== undefined) this.#kept.delete(oldest);
    return statement;
  }
}
