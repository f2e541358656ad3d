import pg from 'pg';
import { PostgresqlClient, type PostgresqlClientOptions } from './postgresql-client.ts';
import { silenceMs } from './postgresql-session.ts';

/** Options of a pool. */
export interface PoolOptions
  extends Pick<PostgresqlClientOptions, 'limits'>,
    Pick<pg.PoolConfig, 'types'> {
  /** The most connections. */
  readonly max: number;
}

/**
 * Opens a pool, which makes connections as they are needed and waits for none longer than `silenceMs`.
 *
 * @param url - the database's address.
 */
export function openPool(url: string, options: PoolOptions): pg.Pool {
  const config: pg.PoolConfig & PostgresqlClientOptions = {
    ...options,
    connectionString: url,
    connectionTimeoutMillis: silenceMs,
    Client: PostgresqlClient as unknown as new () => pg.ClientBase,
    // What killed one connection killed its neighbours: each would cost another request its time.
    onSilent: () => closeIdle(pool),
  };
  const pool = new pg.Pool(config);
  // An idle connection that the server closes is replaced on the next use.
  pool.on('error', () => {});
  return pool;
}

/** Takes the connections that nothing uses, and closes them. */
function closeIdle(pool: pg.Pool): void {
  if (pool.ending) return;
  for (let left = pool.idleCount; left > 0; left--) {
    pool.connect().then(
      (client) => client.release(true),
      () => {},
    );
  }
}
