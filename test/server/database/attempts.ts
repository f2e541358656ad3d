import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import type { KeyRow } from '../../../server/database/key-row.ts';
import { findKeyQuery as postgresqlQuery } from '../../../server/database/postgresql-key-store.ts';
import { findKeyQuery as sqliteQuery } from '../../../server/database/sqlite-key-store.ts';
import { migrated } from '../../support/databases.ts';
import { seedKeys } from './coherent-node.ts';

export type Value = string | number | Date | null;
export type Row = Readonly<Record<string, Value>>;

/** A hand-typed statement. Parameters are written `?`. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The effect of statements. */
export interface Attempt {
  /** The seeded keys as a lookup finds them, before and after. */
  readonly before: readonly (KeyRow | null)[];
  readonly after: readonly (KeyRow | null)[];
  /** The subjects that were invalidated. */
  readonly touched: ReadonlySet<string>;
  readonly lookups: readonly string[];
}

/** A database with two keys, for statements that are rolled back. */
export interface Attempts extends AsyncDisposable {
  columns(table: string): Promise<readonly string[]>;
  rows(table: string): Promise<readonly Row[]>;
  /** @returns null when the database refuses a statement. */
  attempt(...statements: Statement[]): Promise<Attempt | null>;
}

/** The unique constraints of a table, its primary key first. */
export type Uniques = readonly (readonly string[])[];

/** On SQLite, with the tables that the lookup of a key reads and their unique constraints. */
export interface SqliteAttempts extends Attempts {
  readonly tables: ReadonlyMap<string, Uniques>;
}

/** Opens a SQLite database as the sqlite3 shell does. */
export async function sqliteAttempts(): Promise<SqliteAttempts> {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await migrated.SQLite());
  const lookups = await seededLookups(place.url);
  const database = new BetterSqlite3(place.url.slice('sqlite:'.length));
  resources.defer(() => void database.close());
  database.pragma('foreign_keys = off');
  database.pragma('recursive_triggers = off');
  const find = database.prepare<[string], KeyRow>(sqliteQuery);
  const found = () => lookups.map((lookup) => find.get(lookup) ?? null);
  const texts = (sql: string, value: string) =>
    database.prepare<[string], string>(sql).pluck().all(value);
  /** The tables of the query's own plan: none can be forgotten. */
  const read = () => {
    const plan = database.prepare<[string], { opcode: string; p2: number }>(
      `explain ${sqliteQuery}`,
    );
    const roots = plan.all('').flatMap(({ opcode, p2 }) => (opcode === 'OpenRead' ? [p2] : []));
    return texts(
      `select distinct tbl_name from sqlite_schema
       where rootpage in (select value from json_each(?)) order by tbl_name`,
      JSON.stringify(roots),
    );
  };
  const uniques = (table: string) => {
    const indexes = texts(`select name from pragma_index_list(?) where "unique"`, table);
    const listed = indexes.map((index) => texts('select name from pragma_index_info(?)', index));
    const primary = texts('select name from pragma_table_info(?) where pk > 0', table);
    const isRowId = texts(
      "select name from pragma_table_info(?) where pk > 0 and lower(type) = 'integer'",
      table,
    );
    const hidden = isRowId.length === 0 ? [['rowid']] : [];
    return [primary, ...hidden, ...listed.filter((names) => `${names}` !== `${primary}`)];
  };
  const before = found();
  const epoch = database.prepare<[], number>('select n from epoch').pluck().get() ?? 0;
  const all = resources.move();
  return {
    tables: new Map(read().map((table) => [table, uniques(table)])),
    columns: async (table) => texts('select name from pragma_table_info(?)', table),
    rows: async (table) =>
      database.prepare<[], Row>(`select rowid as rowid, * from ${table} order by rowid`).all(),
    async attempt(...statements) {
      database.exec('begin');
      try {
        for (const { sql, values } of statements) database.prepare(sql).run(...values);
        const touched = database
          .prepare<[number], string>('select subject from invalidation where epoch > ?')
          .pluck()
          .all(epoch);
        return { before, after: found(), touched: new Set(touched), lookups };
      } catch (error) {
        if (isRefusal(error, /^SQLITE_(CONSTRAINT|MISMATCH)/)) return null;
        throw error;
      } finally {
        database.exec('rollback');
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Opens a PostgreSQL database. */
export async function postgresqlAttempts(): Promise<Attempts> {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await migrated.PostgreSQL());
  const lookups = await seededLookups(place.url);
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  resources.defer(() => client.end());
  const found = async () => {
    const { rows } = await client.query<KeyRow & { lookup: string }>(
      `select $1 as lookup, found.* from (${postgresqlQuery.text}) as found
       union all select $2, found.* from (${postgresqlQuery.text.replace('$1', '$2')}) as found`,
      [...lookups],
    );
    return lookups.map((lookup) => rows.find((row) => row.lookup === lookup) ?? null);
  };
  const before = await found();
  const { rows: epochs } = await client.query<{ n: string }>('select n from epoch');
  const all = resources.move();
  return {
    async columns(table) {
      const { fields } = await client.query(`select * from ${table} limit 0`);
      return fields.map(({ name }) => name);
    },
    rows: async (table) => (await client.query<Row>(`select * from ${table} order by 1`)).rows,
    async attempt(...statements) {
      await client.query('begin');
      try {
        for (const { sql, values } of statements) {
          let n = 0;
          await client.query(
            sql.replaceAll('?', () => `$${++n}`),
            [...values],
          );
        }
        await client.query('set constraints all immediate');
        const touched = await client.query<{ subject: string }>(
          'select subject from invalidation where epoch > $1',
          [epochs[0]?.n],
        );
        const subjects = touched.rows.map(({ subject }) => subject);
        return { before, after: await found(), touched: new Set(subjects), lookups };
      } catch (error) {
        if (isRefusal(error, /^(2[23]|42804)/)) return null;
        throw error;
      } finally {
        await client.query('rollback');
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function seededLookups(url: string): Promise<readonly string[]> {
  await using database = await openAuditedDatabase(url);
  const { member, account } = await seedKeys(database);
  return [member.lookup, account.lookup];
}

function isRefusal(error: unknown, codes: RegExp): boolean {
  return error instanceof Error && 'code' in error && codes.test(String(error.code));
}
