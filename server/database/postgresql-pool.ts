import pg from 'pg';

/**
 * A pool for statements that take a millisecond. A connection can die without a sign: so none is
 * waited for longer than `patience`, and one that kept silent is thrown away.
 *
 * @param url - the database's address.
 * @param options.max - the most connections.
 */
export function openPool(url: string, options: { readonly max: number }): pg.Pool {
  const patience = 2_000;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    keepAlive: true,
  });
  // An idle connection that the server closes is replaced on the next use.
  pool.on('error', () => {});
  return pool;
}
