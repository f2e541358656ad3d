import { removeLeftFiles } from './assets/left-files.ts';
import { formatHead } from './audit/head.ts';
import { logHead } from './audit/log-head.ts';
import { startBackground, taskFigures } from './background.ts';
import type { ClerkDirectory } from './clerk/clerk-directory.ts';
import { createClerkWebhooks } from './clerk/clerk-webhooks.ts';
import { reconcile } from './clerk/reconciliation.ts';
import { minute } from './clock/durations.ts';
import { repeat } from './clock/repeat.ts';
import { compose, type Identity } from './compose.ts';
import type { ClerkSettings } from './config/config.ts';
import { assertNothingLeft } from './database/left-secrets.ts';
import { assertDemoAllowed } from './demo-mode/guard.ts';
import { seedDemo } from './demo-mode/organizations.ts';
import { createDemoIdentityProvider, demoIssuer } from './demo-mode/sessions.ts';
import {
  assertHolds,
  type Installation,
  type InstallationOptions,
  openInstallation,
} from './installation.ts';
import { type Listener, listen } from './listener.ts';
import type { Metric } from './observability/metrics.ts';
import { startTracing } from './observability/tracing.ts';
import type { Services } from './operations/operation.ts';
import { openRateLimits } from './rate-limits/open-rate-limits.ts';
import { createClerkSessions } from './sessions/clerk.ts';
import { type CoherentVerifier, coherentVerifier } from './store.ts';
import { makePartitions } from './usage/partitions.ts';
import type { Siblings } from './workers/worker.ts';

/** Options of `startServer`. */
export interface StartOptions extends InstallationOptions {
  /** The folder of the built console. */
  readonly consoleFolder: string;
  /** A row that the audit log must hold, `SEQ:MAC`; null for none. */
  readonly expectHead?: string | null;
  /** The other workers of this start; absent where this process is the only one. */
  readonly siblings?: Siblings | undefined;
}

/**
 * Starts the whole product: database, sessions, app, listener.
 *
 * @returns the server; dispose of it to stop accepting, finish requests in flight, and close.
 * @throws {ConfigError} or another error whose message says in one line why it cannot start.
 */
export async function startServer(options: StartOptions): Promise<Listener> {
  const { config, consoleFolder, expectHead = null, siblings } = options;
  await using resources = new AsyncDisposableStack();
  const installation = resources.use(await openInstallation(options));
  if (expectHead !== null) await assertHolds(installation, expectHead);
  const { logger, database, keyring, now, uploads } = installation.services;
  await assertNothingLeft(database.read(), keyring, new Date(now()));
  const verifier = resources.use(await openServerVerifier(installation, config.databaseListenUrl));
  await removeLeftFiles(uploads, now());
  // Before the first key exists: an embedded verifier may insert calls, but make no partition.
  await makePartitions(database, now());
  const rateLimits = resources.use(
    await openRateLimits({ config, logger, local: siblings?.windows, processes: config.workers }),
  );
  const tracing = await startTracing(process.env);
  if (tracing !== null) resources.use(tracing);
  const { clerk } = config;
  const hasBackground = siblings?.hasBackground ?? true;
  // Composed after the database and before the listener: disposal then stores the use of the last
  // request.
  const server = resources.use(
    await compose({
      ...{ installation, config, verifier, rateLimits, consoleFolder, siblings },
      identity: (services) =>
        clerk === null
          ? demoIdentity(services, siblings?.demoKey)
          : clerkIdentity(clerk, services, hasBackground),
      tracer: tracing?.tracer ?? null,
    }),
  );
  const { services, metrics, app } = server;
  metrics.add([
    {
      name: 'rate_limit_stand_ins_total',
      help: 'Requests counted by this process alone, because the shared windows were away',
      kind: 'counter',
      read: rateLimits.standIns,
    },
  ]);
  if (hasBackground) {
    const announcesTasks = database.kind === 'postgresql';
    const listenUrl = announcesTasks ? (config.databaseListenUrl ?? config.databaseUrl) : null;
    const background = resources.use(startBackground(services, listenUrl));
    metrics.add(taskFigures(background));
    resources.use(logHead({ database, logger, now }));
  }

  const { url } = resources.use(await listen(app, config));
  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The verifier of a server, which logs its failures; disposing of it leaves the database open. */
export function openServerVerifier(
  { services: { database, keyring, extraScopes, now, logger, outages } }: Installation,
  databaseListenUrl: string | null,
): Promise<CoherentVerifier> {
  return coherentVerifier(database, {
    ...{ keyring, databaseListenUrl, extraScopes, now },
    onError(error) {
      if (outages.note(error)) return;
      logger.warn({ err: error }, 'verification, or coherence with other processes');
    },
    onLost({ seen, found }) {
      const heads = { seenHead: formatHead(seen), foundHead: formatHead(found) };
      logger.error(heads, 'The database was restored. Run "cli restore" first.');
    },
  });
}

/** Anyone signs in, as one of the demo's people, to the demo's organizations and no others. */
async function demoIdentity(
  { database, now }: Services,
  privateKey: string | undefined,
): Promise<Identity> {
  await assertDemoAllowed(database);
  await seedDemo(database, now());
  const demo = createDemoIdentityProvider({ now, privateKey });
  const sessions = createClerkSessions({ jwtKey: demo.publicKeyPem, issuer: demoIssuer, now });
  return {
    ...{ sessions, demo, clerkWebhooks: null, authorizedParties: [], clerkPublishableKey: null },
    ...{ reconciliation: null, metrics: [] },
  };
}

async function clerkIdentity(
  clerk: ClerkSettings,
  services: Services,
  hasBackground: boolean,
): Promise<Identity> {
  const { jwtKey, issuer, authorizedParties, secretKey, webhookSigningSecret } = clerk;
  const { database, now, logger, propagated: afterCommit } = services;
  const follow = { database, now, logger, afterCommit };
  const sessions = createClerkSessions({
    jwtKey,
    issuer: issuer ?? undefined,
    authorizedParties,
    now,
  });
  const clerkWebhooks =
    webhookSigningSecret === null
      ? null
      : createClerkWebhooks({ ...follow, signingSecret: webhookSigningSecret });
  let skipped = 0;
  const directory =
    secretKey === null || !hasBackground ? null : await openDirectory({ secretKey, jwtKey });
  const reconciliation =
    directory === null
      ? null
      : () =>
          repeat({
            name: 'reconciliation with Clerk',
            async run(signal) {
              const { unreadable, failed } = await reconcile({ ...follow, directory, signal });
              skipped += unreadable + failed;
            },
            every: 5 * minute,
            logger,
          });
  const metrics: Metric[] = [
    {
      name: 'clerk_skipped_total',
      help: 'Organizations and members at Clerk that could not be read, or failed, and were left as they are',
      kind: 'counter',
      read: () => skipped,
    },
  ];
  return {
    ...{ sessions, demo: null, clerkWebhooks, authorizedParties },
    ...{ clerkPublishableKey: clerk.publishableKey, reconciliation, metrics },
  };
}

/** Loads Clerk's client where it is needed only. */
async function openDirectory(
  options: Pick<ClerkSettings, 'jwtKey'> & { readonly secretKey: string },
): Promise<ClerkDirectory> {
  const { createClerkDirectory } = await import('./clerk/clerk-directory.ts');
  return createClerkDirectory(options);
}
