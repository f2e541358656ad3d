import type { KeyStore } from '../../core/mod.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import { postgresql } from './dialect.ts';
import { keyRowOf, keyRowQuery, keyRowsQuery, storedKey, storedSecret } from './key-row.ts';
import { openPool } from './postgresql-pool.ts';
import { preparedRow, preparedRows } from './prepared-row.ts';

/** The verification path's statement. */
export const findKeyQuery = {
  name: 'find-key',
  text: keyRowQuery(postgresql, '$1'),
};

/** The same for `platform` keys. */
export const findKeyByIdQuery = {
  name: 'find-key-by-id',
  text: keyRowsQuery(postgresql, '$1'),
};

/**
 * Keys on PostgreSQL, through a small separate pool: management work never keeps a verification
 * waiting for a connection.
 *
 * @param url - the primary's address: never a replica's, which may lag behind a revocation.
 * @param processes - the processes of one start, which share the connections.
 */
export function openPostgresqlKeyStore(
  url: string,
  rowMacs: RowMacs,
  processes?: number,
): KeyStore & AsyncDisposable {
  const pool = openPool(url, { max: 4, processes });
  return {
    async find(lookup) {
      const row = await preparedRow(pool, findKeyQuery, [lookup]);
      return row === null ? null : storedKey(keyRowOf(row), rowMacs);
    },
    async findById(id) {
      const rows = await preparedRows(pool, findKeyByIdQuery, [id]);
      return rows.map((row) => storedSecret(keyRowOf(row), rowMacs));
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}
