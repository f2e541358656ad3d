import BetterSqlite3 from 'better-sqlite3';
import type { KeyStore } from '../../core/mod.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import { sqlite } from './dialect.ts';
import { type KeyRow, keyRowQuery, keyRowsQuery, storedKey, storedSecret } from './key-row.ts';
import { readerBusyMs } from './sqlite-connection.ts';

/** The verification path's statement. */
export const findKeyQuery: string = keyRowQuery(sqlite, '?');

/** The same for `platform` keys. */
export const findKeyByIdQuery: string = keyRowsQuery(sqlite, '?');

/**
 * Keys on a SQLite file, through a separate read-only handle: the ORM's handle would show
 * uncommitted rows. Answers synchronously.
 *
 * @param path - the database file; its tables must be up to date.
 */
export function openSqliteKeyStore(path: string, rowMacs: RowMacs): KeyStore & AsyncDisposable {
  const database = new BetterSqlite3(path, { readonly: true, timeout: readerBusyMs });
  // Pages are read from the system's cache, up to SQLite's limit of 2 GiB. SQLite's own cache would
  // hold a few hundred of them, and among a million keys every lookup needs other ones.
  database.pragma('mmap_size = 2147418112');
  const find = prepareOrClose(database, findKeyQuery);
  const findById = prepareOrClose(database, findKeyByIdQuery);
  return {
    find(lookup) {
      const row = find.get(lookup);
      return row === undefined ? null : storedKey(row, rowMacs);
    },
    findById: (id) => findById.all(id).map((row) => storedSecret(row, rowMacs)),
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

/** @throws where the file is not a database, or has other tables; the handle is closed first. */
function prepareOrClose(
  database: BetterSqlite3.Database,
  query: string,
): BetterSqlite3.Statement<[string], KeyRow> {
  try {
    return database.prepare<[string], KeyRow>(query);
  } catch (error) {
    database.close();
    throw error;
  }
}
