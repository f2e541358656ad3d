import { join } from 'node:path';
import type { Logger } from 'pino';
import { pepperedScheme } from '../core/mod.ts';
import type { Config } from './config.ts';
import { waitUntilHeld } from './database/coherence.ts';
import { type Database, openDatabase } from './database/database.ts';
import { assertSchemesFit, type SchemeIds } from './database/key-secret-counts.ts';
import { deriveKeys, loadServerSecret } from './keys.ts';
import type { Services } from './operations/operation.ts';
import { perform } from './operations/perform.ts';
import { secretStatus } from './operations/secrets/status.ts';
import { createServices } from './services.ts';

/** What the server and the command line work on alike: one database under one secret. */
export interface Installation extends AsyncDisposable {
  readonly services: Services;
  readonly serverSecret: Uint8Array;
  /** The secret that is being replaced. */
  readonly serverSecretPrevious: Uint8Array | null;
}

/** Where an installation is, and what is injected into it. */
export interface InstallationParts {
  readonly config: Config;
  /** The folder of the server's own secret and of uploaded files. */
  readonly dataFolder: string;
  readonly logger: Logger;
  /** Unix milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
  /** Where webhooks may lead; public addresses only when absent. */
  readonly targets?: Services['targets'];
}

/**
 * Opens the database, brings its tables up to date, and derives the keys from the secret.
 *
 * @throws {ConfigError} when the secret's file is not what it should be.
 */
export async function openInstallation(parts: InstallationParts): Promise<Installation> {
  const { config, dataFolder, logger, now = Date.now } = parts;
  const serverSecret = loadServerSecret(config, dataFolder);
  const keys = deriveKeys(serverSecret);
  const previous = config.serverSecretPrevious;
  const previousKeys = previous === null ? null : deriveKeys(previous);
  const auditKeys = [keys, ...(previousKeys === null ? [] : [previousKeys])].map(
    ({ audit }) => audit,
  );
  await using resources = new AsyncDisposableStack();
  const announcementKey = keys.announcements;
  const database = resources.use(
    await openDatabase(config.databaseUrl, { auditKeys, announcementKey }),
  );
  await database.migrate();
  const uploads = join(dataFolder, 'uploads');
  const settled = () => settledElsewhere(database);
  const opened = resources.move();
  return {
    services: createServices({
      ...{ database, keys, previousKeys, logger, uploads, settled, now },
      ...(parts.targets === undefined ? {} : { targets: parts.targets }),
    }),
    serverSecret,
    serverSecretPrevious: config.serverSecretPrevious,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The wait of a process that takes away and serves nothing itself: the command line. */
async function settledElsewhere(database: Database): Promise<void> {
  const { port, timing } = database.leases();
  await waitUntilHeld(port, timing);
  await port[Symbol.asyncDispose]();
}

/** The schemes that an installation's secrets stand for. */
function schemesOf({ services, serverSecretPrevious }: Installation): SchemeIds {
  const previous =
    serverSecretPrevious === null
      ? null
      : pepperedScheme(deriveKeys(serverSecretPrevious).pepper, services.hashing).id;
  return { current: services.scheme.id, previous };
}

/** Counts the secrets that still work by the pepper they are stored under. */
export function countSecrets(installation: Installation) {
  const { services } = installation;
  const { previous: previousScheme } = schemesOf(installation);
  const request = {
    caller: { kind: 'operator', organizationId: null },
    origin: { requestId: null, ipAddress: null },
  } as const;
  return perform(secretStatus, services, request, () => ({ previousScheme }));
}

/** @throws {ConfigError} where the secret is not the one that the keys were issued under. */
export async function assertSecretFits(installation: Installation): Promise<void> {
  const { database, now } = installation.services;
  await assertSchemesFit(database.read(), schemesOf(installation), new Date(now()));
}
