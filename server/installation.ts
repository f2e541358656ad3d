import { join } from 'node:path';
import type { Logger } from 'pino';
import { type AuditedDatabase, openAuditedDatabase } from './audit/audited-database.ts';
import { createForgedRows, type ForgedRows } from './audit/forged-rows.ts';
import { parseHead } from './audit/head.ts';
import type { Config } from './config/config.ts';
import { ConfigError, shown, wrong } from './config/config-error.ts';
import { loadServerSecret } from './crypto/derived-keys.ts';
import { createKeyring } from './crypto/keyring.ts';
import { awaitPropagation } from './database/coherence.ts';
import type { Database } from './database/database.ts';
import { fillSearchTexts } from './database/key-search.ts';
import { followSecretInUse } from './database/secret-in-use.ts';
import type { Services } from './operations/operation.ts';
import { createServices, type ServicesOptions } from './services.ts';

/** The common ground of the server and the command line: one database under one secret. */
export interface Installation extends AsyncDisposable {
  readonly services: Services;
  /** Rows that were read and that the server did not write. */
  readonly forgedRows: ForgedRows;
}

/** The location of an installation, and its injected dependencies. */
export interface InstallationOptions
  extends Pick<
    ServicesOptions,
    'now' | 'random' | 'targets' | 'leaks' | 'scans' | 'checksOutputs'
  > {
  readonly config: Config;
  /** The folder of the server's own secret and of uploaded files. */
  readonly dataFolder: string;
  readonly logger: Logger;
  /** Wraps the database for everything that uses it. */
  readonly wrap?: (database: AuditedDatabase) => AuditedDatabase;
}

/**
 * Opens the database, brings its tables up to date, and derives the keys from the secret.
 *
 * @throws {ConfigError} when the secret's file is invalid.
 */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { config, dataFolder, logger, now = Date.now, wrap = (opened) => opened } = options;
  const serverSecret = loadServerSecret(config, dataFolder);
  const keyring = createKeyring(serverSecret, config.serverSecretPrevious);
  await using resources = new AsyncDisposableStack();
  const forgedRows = createForgedRows({ logger, now });
  const opened = await openAuditedDatabase(config.databaseUrl, {
    keyring,
    onForgedRow: forgedRows.report,
    processes: config.workers,
  });
  const database = wrap(resources.use(opened));
  resources.use(forgedRows).recordIn(database);
  await database.migrate();
  await fillSearchTexts(database);
  await followSecretInUse(database, keyring);
  const uploads = join(dataFolder, 'uploads');
  const propagated = () => propagatedElsewhere(database);
  const isRestored = () => isRestoreDeclared(database);
  const installed = resources.move();
  return {
    services: createServices({
      ...options,
      anthropic: { baseUrl: config.anthropicBaseUrl, model: config.anthropicModel },
      ...{ dialects: config.dialects, extraScopes: config.extraScopes },
      ...{ database, keyring, uploads, propagated, isRestored },
    }),
    forgedRows,
    [Symbol.asyncDispose]: () => installed.disposeAsync(),
  };
}

/** The wait of a process that revokes but serves nothing itself: the command line. */
async function propagatedElsewhere(database: Database): Promise<void> {
  const { port, timing } = database.leases();
  const { evicted } = await awaitPropagation(port, timing);
  await evicted;
  await port[Symbol.asyncDispose]();
}

/** The only fact known to a process that has just read the database once. */
async function isRestoreDeclared(database: Database): Promise<boolean> {
  const pending = await database
    .read()
    .execute<unknown[]>('select 1 from restoration where not accepted');
  return pending.length > 0;
}

/**
 * Rejects a database that lacks a row known to the operator.
 *
 * @param head - a row of the audit log, `SEQ:MAC`, as the server logs it.
 * @throws {ConfigError} with one line for the operator.
 */
export async function assertHolds({ services }: Installation, head: string): Promise<void> {
  const expected = parseHead(head);
  if (expected === null)
    throw wrong('--expect-head', shown(head), 'SEQ:MAC, as the server logs it');
  const { auditLog, read } = services.database;
  if (await auditLog.holds(read(), expected)) return;
  throw new ConfigError(
    `The database is not the one of --expect-head: its audit log ends at ${await auditLog.head(read())} ` +
      `and does not hold row ${expected.seq} as given. Run "cli restore" to go on with it, and then expect the head that it ends with`,
  );
}
