import pg from 'pg';
import { minute } from '../clock/durations.ts';

/** Milliseconds without an answer after which a connection is suspect; see `PostgresqlClient`. */
export const silenceMs = 2_000;

/** Time limits of a connection, in milliseconds. */
export interface ConnectionLimits {
  /** Per statement, enforced by PostgreSQL; 0 for no limit. */
  readonly statementMs: number;
  /** Per wait for another transaction's lock, enforced by PostgreSQL. */
  readonly lockMs: number;
  /**
   * Between two statements of a transaction, enforced by PostgreSQL. It bounds how long a process
   * that stops in the middle of one keeps its locks.
   */
  readonly idleInTransactionMs: number;
  /**
   * Per statement, enforced by this process, even while PostgreSQL reports the backend as active.
   */
  readonly maxSilenceMs: number;
}

/** Limits of management: a change of very many keys takes seconds. */
export const managementLimits: ConnectionLimits = {
  statementMs: 30_000,
  lockMs: 4_000,
  // Less than the limit for a lock: a transaction that waits for a stopped process's lock gets it.
  idleInTransactionMs: 3_000,
  maxSilenceMs: 35_000,
};

/**
 * Limits of one-millisecond statements. PostgreSQL's limits are those of management: a pooler mixes
 * the sessions.
 */
export const quickLimits: ConnectionLimits = { ...managementLimits, maxSilenceMs: silenceMs };

/** Limits of migrations: one that changes a large table takes minutes. */
export const migrationLimits: ConnectionLimits = {
  statementMs: 0,
  lockMs: 10_000,
  idleInTransactionMs: minute,
  maxSilenceMs: Number.POSITIVE_INFINITY,
};

/**
 * The statement that sets a session up, and returns the database's encoding and the backend's
 * process id. It is a statement because a pooler refuses a connection with startup parameters that
 * it does not know.
 */
export function sessionQuery(limits: ConnectionLimits): string {
  const { statementMs, lockMs, idleInTransactionMs } = limits;
  const settings: Readonly<Record<string, string>> = {
    // Independent of the settings of database and role: these change the meaning of statements and
    // results.
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
    // The database detects that this machine is gone.
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
 * Asks the database, over another connection, whether a backend works on a statement.
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
      // Between two statements of a series, a backend is briefly inactive. Without activity
      // tracking, PostgreSQL has no answer.
      `select from pg_stat_activity
       where pid = $1
         and (coalesce(state, 'disabled') in ('active', 'disabled')
           or state_change > clock_timestamp() - interval '1 second')`,
      [backend],
    );
    return rowCount === 1;
  } catch (error) {
    // The server answers but refuses further connections: it is alive, and so may the backend be.
    return error instanceof pg.DatabaseError;
  } finally {
    client.connection.stream.destroy();
  }
}
