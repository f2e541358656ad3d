import { setImmediate } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';

/** A database as it was at one moment, to go back to. */
export interface Backup {
  /**
   * Brings it back, under the connections of running processes, in one transaction.
   *
   * @param statements - statements that follow in the same transaction: no process sees the state
   * between.
   */
  restore(...statements: string[]): Promise<void>;
}

/** Keeps the present content of a database, in place of the content kept before. */
export async function backup(url: string): Promise<Backup> {
  return url.startsWith('sqlite:')
    ? sqliteBackup(url.slice('sqlite:'.length))
    : postgresBackup(url);
}

interface Named {
  readonly name: string;
  readonly sql: string;
}

async function sqliteBackup(path: string): Promise<Backup> {
  const kept = `${path}.backup`;
  {
    const database = new BetterSqlite3(path);
    await database.backup(kept);
    database.close();
  }
  return {
    async restore(...next) {
      const database = new BetterSqlite3(path, { timeout: 10_000 });
      database.pragma('foreign_keys = off');
      database.prepare('attach ? as kept').run(kept);
      const triggers = database
        .prepare<[], Named>("select name, sql from main.sqlite_schema where type = 'trigger'")
        .all();
      // An index's own tables are rebuilt from the indexed rows.
      const tables = database
        .prepare<[], Named>(
          `select name from pragma_table_list where schema = 'main' and type = 'table'
           and (name not like 'sqlite_%' or name = 'sqlite_sequence')`,
        )
        .all();
      const statements = [
        ...triggers.map(({ name }) => `drop trigger main.${name}`),
        ...tables.flatMap(({ name }) => [
          `delete from main.${name}`,
          `insert into main.${name} select * from kept.${name}`,
        ]),
        "insert into main.key_search_index (key_search_index) values ('rebuild')",
        ...triggers.map(({ sql }) => sql),
        ...next,
      ];
      // SQLite's own wait would block this process's servers, which end the transaction waited for.
      database.pragma('busy_timeout = 0');
      while (!begins(database)) await setImmediate();
      database.exec([...statements, 'commit'].join(';\n'));
      database.close();
    },
  };
}

async function postgresBackup(url: string): Promise<Backup> {
  await inOneTransaction(url, 'public', (tables) => [
    'drop schema if exists kept cascade',
    'create schema kept',
    ...tables.map((name) => `create table kept.${name} as table public.${name}`),
  ]);
  return {
    restore: (...next) =>
      inOneTransaction(url, 'kept', (tables) => [
        // No trigger fires.
        'set local session_replication_role = replica',
        ...tables.flatMap((name) => [
          `delete from public.${name}`,
          `insert into public.${name} overriding system value table kept.${name}`,
        ]),
        'set local session_replication_role = origin',
        // Each takes a separate epoch.
        ...next.flatMap((statement) => [
          'set constraints touch immediate',
          statement,
          'set constraints announce immediate',
          'set constraints announce deferred',
        ]),
      ]),
  };
}

async function inOneTransaction(
  url: string,
  schema: string,
  statements: (tables: readonly string[]) => readonly string[],
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class
     where relnamespace = to_regnamespace($1) and relkind in ('r', 'p') and not relispartition`,
    [schema],
  );
  const all = statements(rows.map(({ name }) => name));
  await client.query(['begin', ...all, 'commit'].join(';\n'));
  await client.end();
}

/** Begins a transaction that writes; false while another one does. */
function begins(database: BetterSqlite3.Database): boolean {
  try {
    database.exec('begin immediate');
    return true;
  } catch (error) {
    if (error instanceof BetterSqlite3.SqliteError && error.code === 'SQLITE_BUSY') return false;
    throw error;
  }
}
