import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as PostgreSqlMikroORM } from '@mikro-orm/postgresql';
import type { MikroORM } from '@mikro-orm/sql';
import { MikroORM as SqliteMikroORM } from '@mikro-orm/sqlite';
import type { KeyStore } from '../../core/mod.ts';
import { systemClock } from '../clock/system-clock.ts';
import { within } from '../clock/within.ts';
import { createKeyring, type Keyring } from '../crypto/keyring.ts';
import { createRowMacs, type ForgedRow, type RowMacs } from '../crypto/row-macs.ts';
import type { CoherenceOptions } from './coherence.ts';
import { type Dialect, postgresql, sqlite } from './dialect.ts';
import { entities } from './entities/index.ts';
import type { EntityManager } from './entity-manager.ts';
import {
  type AuditHead,
  type LeaseTiming,
  postgresqlTiming,
  sqliteTiming,
} from './leases/ports.ts';
import { listenForNotifications } from './leases/postgresql-notifications.ts';
import { openPostgresqlLeases } from './leases/postgresql-port.ts';
import { openSqliteLeases } from './leases/sqlite-port.ts';
import { migrate } from './migrate.ts';
import { postgresqlMigrations } from './migrations/postgresql/index.ts';
import { sqliteMigrations } from './migrations/sqlite/index.ts';
import { PooledPostgresqlDialect } from './postgresql-dialect.ts';
import { openPostgresqlKeyStore } from './postgresql-key-store.ts';
import { type ConnectionLimits, managementLimits, migrationLimits } from './postgresql-session.ts';
import { type RunStatement, statementsOf } from './prepared.ts';
import { openSqliteRows, postgresqlRows, type Rows } from './rows.ts';
import { DurableSqliteDialect } from './sqlite-dialect.ts';
import { openSqliteKeyStore } from './sqlite-key-store.ts';

/** An open database. */
export interface Database extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgresql';
  readonly dialect: Dialect;
  /** The lease duration of its processes. */
  readonly timing: LeaseTiming;
  /** The verification path: prepared statements on separate connections. */
  readonly keys: KeyStore;
  /** An entity manager for reading, outside any transaction. */
  readonly read: () => EntityManager;
  /** Reads committed rows by prepared statements, outside any transaction and unit of work. */
  readonly rows: Rows;
  /**
   * Runs `work` in one transaction, committed when it resolves. On SQLite it holds the write lock
   * from its beginning. On PostgreSQL it is read committed: code that makes a decision must lock
   * the rows that the decision rests on. Events from `recordEvent` are written to the audit log at
   * its end. When it resolves, the disk has it; others may see it earlier.
   */
  transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  /**
   * Runs statements in one transaction, without the ORM and the audit log: for what is stored in the
   * background. On SQLite, others may see the transaction before it resolves, and only then the disk
   * has it: until then a killed process loses nothing of it, a power cut may.
   */
  write<T>(work: (run: RunStatement) => Promise<T>): Promise<T>;
  /** Authenticates rows that grant rights. */
  readonly rowMacs: RowMacs;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Migrates the tables to the current version. */
  migrate(): Promise<void>;
  /**
   * The options of this process's part in the coherence; see `joinCoherence`.
   *
   * @param listenUrl - a direct PostgreSQL address where a pooler stands before the database.
   */
  leases(listenUrl?: string | null): Omit<CoherenceOptions, 'onError'>;
}

/**
 * Runs the work of a transaction, and writes its recorded events.
 *
 * @returns the work's result, and the new end of the audit log where something was written.
 */
export type Recording = <T>(
  em: EntityManager,
  work: (em: EntityManager) => Promise<T>,
) => Promise<{ readonly result: T; readonly head?: AuditHead | undefined }>;

/** Options of a database in addition to its address. */
export interface DatabaseOptions {
  /**
   * Signs the audit log and rows that grant rights. Without it, a random secret is used, which
   * verifies nothing that another process wrote.
   */
  readonly keyring?: Keyring;
  /** Called for each row that grants rights without a valid MAC. */
  readonly onForgedRow?: (row: ForgedRow) => void;
  /** The processes of one start, which share PostgreSQL's connections; 1 when absent. */
  readonly processes?: number;
  /** False to create neither a missing file nor its folder. */
  readonly create?: boolean;
  /** Runs the work of each transaction; nothing is recorded when absent. */
  readonly recording?: Recording;
}

/**
 * Opens a database.
 *
 * @param url - `sqlite:PATH` (the folder is made where it is missing) or `postgresql://…`.
 * @returns the open database; dispose of it to close every connection.
 * @throws when it cannot be reached.
 */
export async function openDatabase(
  url: string,
  {
    keyring = createKeyring(randomBytes(32), null),
    onForgedRow = () => {},
    create = true,
    processes,
    recording = async (em, work) => ({ result: await work(em) }),
  }: DatabaseOptions = {},
): Promise<Database> {
  const rowMacs = createRowMacs(keyring.key('pepper'), onForgedRow);
  const connecting = { url, rowMacs, create, processes };
  const { orm, rows: pooled, sqlite: file } = await connect(connecting);
  const isSqlite = url.startsWith('sqlite:');
  const secrets = keyring.accepted.map(({ name }) => name).join(' ');
  const timing = isSqlite ? sqliteTiming : postgresqlTiming;
  let onAudited: ((head: AuditHead) => void) | undefined;
  const transaction: Database['transaction'] = async (work) => {
    const { result, head } = await orm.em.fork().transactional((em) => recording(em, work));
    // Not within the transaction: others write during the sync, and share it.
    await file?.sync();
    if (head !== undefined) onAudited?.(head);
    return result;
  };
  let keys: (KeyStore & AsyncDisposable) | undefined;
  let reader: ReturnType<typeof openSqliteRows> | undefined;
  const own = () => {
    reader ??= openSqliteRows(sqlitePath(url));
    return reader;
  };
  const ownRows: Rows = {
    dialect: sqlite,
    all: (sql, values) => own().all(sql, values),
    planned: (sql, values) => own().planned(sql, values),
  };
  return {
    kind: isSqlite ? 'sqlite' : 'postgresql',
    dialect: isSqlite ? sqlite : postgresql,
    timing,
    get keys() {
      keys ??= openKeyStore(url, rowMacs, processes);
      return keys;
    },
    read: () => orm.em.fork(),
    rows: pooled ?? ownRows,
    transaction,
    async write(work) {
      if (file === null) {
        return orm.em.fork().transactional((em) => work(statementsOf(em)));
      }
      const result = await file.handle.transaction('normal', work);
      await file.sync();
      return result;
    },
    rowMacs,
    ping: async () =>
      void (await within(systemClock(false), pingTimeoutMs, orm.em.fork().execute('select 1'))),
    async migrate() {
      await migrate(orm, url, async () => (await connect(connecting, migrationLimits)).orm);
      await file?.sync();
    },
    leases: (listenUrl) => ({
      timing,
      port:
        file === null
          ? openPostgresqlLeases(url, secrets)
          : openSqliteLeases(sqlitePath(url), file.handle, secrets),
      listen: isSqlite ? null : (handlers) => listenForNotifications(listenUrl ?? url, handlers),
      hearAudited(hear) {
        onAudited = hear;
      },
    }),
    async [Symbol.asyncDispose]() {
      await keys?.[Symbol.asyncDispose]();
      reader?.[Symbol.dispose]();
      await orm.close();
    },
  };
}

/**
 * No entities: the SQL of leases, calls, limits, counters and the log's head is written by hand.
 */
const schemaGenerator = {
  skipTables: [
    'epoch',
    'invalidation',
    'holder',
    'restoration',
    'timeline',
    'rate_limit_window',
    'audit_head',
    'secret_in_use',
    'former_secret',
    'revoked_secret',
    /^key_call/,
    /^key_search/,
    /^live_key/,
    'key_order',
  ],
};

/** Milliseconds without an answer after which a database counts as away. */
const pingTimeoutMs = 2_000;

interface ConnectOptions {
  readonly url: string;
  readonly rowMacs: RowMacs;
  readonly create: boolean;
  readonly processes: number | undefined;
}

/**
 * @returns the ORM; on PostgreSQL the rows of its pool, on SQLite the one handle that writes: rows have
 * their own there.
 */
async function connect(
  { url, rowMacs, create, processes }: ConnectOptions,
  limits: ConnectionLimits = managementLimits,
): Promise<{
  readonly orm: MikroORM;
  readonly rows: Rows | null;
  readonly sqlite: DurableSqliteDialect | null;
}> {
  const migrations = { snapshot: false, snapshotOnMigrate: false, silent: true };
  if (!url.startsWith('sqlite:')) {
    const dialect = new PooledPostgresqlDialect(url, limits, processes);
    const orm = await PostgreSqlMikroORM.init({
      clientUrl: url,
      driverOptions: dialect,
      entities,
      extensions: [Migrator],
      schemaGenerator,
      migrations: { ...migrations, migrationsList: postgresqlMigrations(rowMacs) },
    });
    return { orm, rows: postgresqlRows(dialect.pool), sqlite: null };
  }
  const path = sqlitePath(url);
  if (create) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const dialect = new DurableSqliteDialect(path, create);
  const orm = await SqliteMikroORM.init({
    dbName: path,
    driverOptions: dialect,
    entities,
    extensions: [Migrator],
    schemaGenerator,
    migrations: { ...migrations, migrationsList: sqliteMigrations(rowMacs) },
  });
  return { orm, rows: null, sqlite: dialect };
}

/** Opens the verification path alone, which creates no file and changes nothing. */
export function openKeyStore(
  url: string,
  rowMacs: RowMacs,
  processes?: number,
): KeyStore & AsyncDisposable {
  return url.startsWith('sqlite:')
    ? openSqliteKeyStore(sqlitePath(url), rowMacs)
    : openPostgresqlKeyStore(url, rowMacs, processes);
}

function sqlitePath(url: string): string {
  return resolve(url.slice('sqlite:'.length));
}
