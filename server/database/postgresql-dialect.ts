import { type CompiledQuery, PostgresDialect, type QueryResult } from 'kysely';
import pg from 'pg';
import { HoldingDriver, type PooledConnection } from './holding-driver.ts';
import { openPool } from './postgresql-pool.ts';
import type { ConnectionLimits } from './postgresql-session.ts';

/** Maximum of connections for management. */
const maxConnections = 10;

/** PostgreSQL through one of this module's pools. */
export class PooledPostgresqlDialect extends PostgresDialect {
  readonly pool: pg.Pool;

  /**
   * @param url - the primary's address.
   * @param processes - the processes of one start, which share the connections.
   */
  constructor(url: string, limits: ConnectionLimits, processes?: number) {
    const pool = openPool(url, { max: maxConnections, processes, limits, types: ormTypes() });
    super({ pool });
    this.pool = pool;
  }

  override createDriver(): HoldingDriver {
    const { pool } = this;
    return new HoldingDriver({
      begin: 'begin',
      acquire: async () => new PooledClient(await pool.connect()),
      close: () => pool.end(),
    });
  }
}

/** A pool's connection during one use. */
class PooledClient implements PooledConnection {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await this.#client.query(sql, [...parameters]);
    return /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command)
      ? { numAffectedRows: BigInt(rowCount ?? 0), rows }
      : // Of several statements in one text, pg gives a list of results.
        { rows: rows ?? [] };
  }

  /** Whatever led here, a connection in a transaction must not return to the pool. */
  release(): void {
    this.#client.release(this.#client.getTransactionStatus() !== 'I');
  }

  /** A new connection takes its place, because the state of its transaction is unknown. */
  discard(error: unknown): void {
    this.#client.release(error instanceof Error ? error : true);
  }
}

/** The ORM parses instants from PostgreSQL's text, without the driver's parser. */
function ormTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  const { DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL } = pg.types.builtins;
  for (const type of [DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL]) {
    types.setTypeParser(type, (text: string) => text);
  }
  return types;
}
