import { statSync } from 'node:fs';
import { ConfigError, shownUrl } from '../config/config-error.ts';
import { fixedKey } from '../crypto/keyring.ts';
import { createRowMacs } from '../crypto/row-macs.ts';
import { type Database, openKeyStore } from './database.ts';

/** No row has the empty lookup value, so nothing needs a MAC. */
const noRowMacs = createRowMacs(fixedKey(new Uint8Array(32)), () => {});

/** The databases' error codes for missing tables and columns. */
const absent: readonly unknown[] = ['42P01', '42703', 'SQLITE_ERROR', 'SQLITE_NOTADB'];

/**
 * Checks that an address belongs to a database of this product, before anything is opened that
 * could create or change a file.
 *
 * @throws {ConfigError} where there is no such file, or it has no such tables.
 * @throws where the database cannot be reached.
 */
export async function assertTables(url: string): Promise<void> {
  const takes = 'it takes the database of a RepoRisk server, with its tables';
  const [, path] = /^sqlite:(.*)$/s.exec(url) ?? [];
  if (path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new ConfigError(`databaseUrl is ${shownUrl(url)}, where there is no file: ${takes}`);
  }
  try {
    await using keys = openKeyStore(url, noRowMacs);
    await keys.find('');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (!absent.includes(code)) throw error;
    throw new ConfigError(`databaseUrl is ${shownUrl(url)}, which has other tables: ${takes}`);
  }
}

/** Tables that a verifier writes; it may lock the epoch's row, but not change it. */
const written = [
  'holder',
  'key_call',
  'key_hour',
  'key_use',
  'key_scope_use',
  'key_retiring_use',
  'key_client_use',
  'key_refusal',
  'key_refused_secret',
  'rate_limit_window',
];

/**
 * The tables that the present role may write although no verifier does. SQLite has no roles.
 *
 * @returns their names in order; none for the role in server/README.md.
 */
export async function excessPrivileges(database: Database): Promise<string[]> {
  if (database.kind === 'sqlite') return [];
  const rows = await database.read().execute<{ name: string }[]>(
    `select c.relname as name
     from pg_class c
     where c.relnamespace = (select relnamespace from pg_class where oid = 'api_key'::regclass)
       and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not in (${written.map(() => '?').join(', ')})
       and (
         has_table_privilege(c.oid, 'insert, update, delete, truncate')
         or case c.relname
           when 'epoch' then has_column_privilege(c.oid, 'n', 'update')
           else has_any_column_privilege(c.oid, 'insert, update')
         end
       )
     order by 1`,
    written,
  );
  return rows.map(({ name }) => name);
}
