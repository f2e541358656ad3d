import pg from 'pg';

/** Milliseconds without an answer after which a connection is suspect; see `PostgresqlClient`. */
export const silenceMs = 2_000;

/** How long things may take on a connection, in milliseconds. */
export interface ConnectionLimits {
  /** Of a statement, by PostgreSQL; 0 for no limit. */
  readonly statementMs: number;
  /** Of the wait for another transaction's lock, by PostgreSQL. */
  readonly lockMs: number;
  /**
   * Of a transaction between two statements, by PostgreSQL. A process that is stopped in the middle of
   * one keeps its locks no longer.
   */
  readonly idleInTransactionMs: number;
  /** Of a statement, by this process: also when PostgreSQL seems to be at work. */
  readonly maxSilenceMs: number;
}

/** Of management: a change of very many keys takes seconds. */
export const managementLimits: ConnectionLimits = {
  statementMs: 30_000,
  lockMs: 4_000,
  // Less than the wait for a lock: who waits for that of a stopped process goes on.
  idleInTransactionMs: 3_000,
  maxSilenceMs: 35_000,
};

/** Of statements that take a millisecond. PostgreSQL's are the same: a pooler mixes the sessions. */
export const quickLimits: ConnectionLimits = { ...managementLimits, maxSilenceMs: silenceMs };

/** Of migrations: one that changes a large table takes minutes. */
export const migrationLimits: ConnectionLimits = {
  statementMs: 0,
  lockMs: 10_000,
  idleInTransactionMs: 60_000,
  maxSilenceMs: Number.POSITIVE_INFINITY,
};

/**
 * The statement that sets a session up, and asks which encoding the database has and which process
 * serves it. A statement, because a pooler refuses a connection that asks for parameters that it does
 * not know.
 */
export function sessionQuery(limits: ConnectionLimits): string {
  const { statementMs, lockMs, idleInTransactionMs } = limits;
  const settings: Readonly<Record<string, string>> = {
    // Whatever the database and the role are set to: these change what a statement or its answer means.
    client_encoding: 'UTF8',
    datestyle: 'ISO, YMD',
    intervalstyle: 'postgres',
    timezone: 'UTC',
    standard_conforming_strings: 'on',
    extra_float_digits: '1',
    array_nulls: 'on',
    default_transaction_isolation: 'read committed',
    statement_timeout: `${statementMs}ms`,
    lock_timeout: `${lockMs}ms`,
    idle_in_transaction_session_timeout: `${idleInTransactionMs}ms`,
    // The database notices that this machine is gone.
    tcp_keepalives_idle: '5',
    tcp_keepalives_interval: '2',
    tcp_keepalives_count: '3',
    tcp_user_timeout: '10000',
  };
  const set = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', '${value}', false)`,
  );
  return `select current_setting('server_encoding') as encoding, pg_backend_pid() as pid, ${set.join(', ')}`;
}

/**
 * Asks the database, by another connection, whether a backend works on a statement.
 *
 * @param backend - its process id.
 * @returns false also when there is no answer.
 */
export async function isBackendActive(config: pg.ClientConfig, backend: number): Promise<boolean> {
  const client = new pg.Client({
    ...config,
    connectionTimeoutMillis: silenceMs,
    query_timeout: silenceMs,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query(
      // Between two statements of many, it is not active for a moment.
      // Where activities are not tracked, PostgreSQL cannot tell.
      `select from pg_stat_activity
       where pid = $1
         and (coalesce(state, 'disabled') in ('active', 'disabled')
           or state_change > clock_timestamp() - interval '1 second')`,
      [backend],
    );
    return rowCount === 1;
  } catch (error) {
    // It answers, but lets no further connection in: it is alive, and so may the backend be.
    return error instanceof pg.DatabaseError;
  } finally {
    client.connection.stream.destroy();
  }
}
