import { createApp } from './app.ts';
import { formatHead } from './audit/head.ts';
import { logHead } from './audit/log-head.ts';
import { startBackground, taskFigures } from './background.ts';
import { createClerkDirectory } from './clerk/clerk-directory.ts';
import { createClerkWebhooks } from './clerk/clerk-webhooks.ts';
import { reconcile } from './clerk/reconciliation.ts';
import { startReconciliation } from './clerk/reconciliation-schedule.ts';
import type { ClerkSettings } from './config/config.ts';
import { assertNothingLeft } from './database/left-secrets.ts';
import { assertDemoAllowed } from './demo-mode/guard.ts';
import { seedDemo } from './demo-mode/organizations.ts';
import { createDemoIdentityProvider, demoIssuer } from './demo-mode/sessions.ts';
import { assertHolds, type InstallationOptions, openInstallation } from './installation.ts';
import { type Listener, listen } from './listener.ts';
import { createMetrics, type Metric } from './observability/metrics.ts';
import { startTracing } from './observability/tracing.ts';
import { usageMetrics } from './observability/usage-metrics.ts';
import type { Services } from './operations/operation.ts';
import { openRateLimits } from './rate-limits/open-rate-limits.ts';
import { removeLeftUploads } from './rest/left-uploads.ts';
import { createClerkSessions } from './sessions/clerk.ts';
import { coherentVerifier } from './store.ts';
import { makePartitions } from './usage/partitions.ts';
import { createUsageRecorder } from './usage/usage-recorder.ts';
import { createUsageStore } from './usage/usage-store.ts';

/**
 * Starts the whole product: database, sessions, app, listener.
 *
 * @param parts - the installation, and the folder of the built console.
 * @returns the server; dispose of it to stop accepting, finish what is in flight, and close.
 * @throws {ConfigError} or another error whose message says in one line why it cannot start.
 */
export async function startServer(
  parts: InstallationOptions & {
    readonly consoleFolder: string;
    /** A row that the audit log must hold, `SEQ:MAC`; null for no such demand. */
    readonly expectHead?: string | null;
  },
): Promise<Listener> {
  const { config } = parts;
  await using resources = new AsyncDisposableStack();
  const installation = resources.use(await openInstallation(parts));
  if (typeof parts.expectHead === 'string') await assertHolds(installation, parts.expectHead);
  const { logger, outages, database, keyring, now } = installation.services;
  await assertNothingLeft(database.read(), keyring, new Date(now()));
  const verifier = resources.use(
    await coherentVerifier(database, {
      keyring,
      databaseListenUrl: config.databaseListenUrl,
      onError(error) {
        if (outages.note(error)) return;
        logger.warn({ err: error }, 'verification, or coherence with other processes');
      },
      onLost({ seen, found }) {
        const heads = { seenHead: formatHead(seen), foundHead: formatHead(found) };
        logger.error(heads, 'The database was restored. Run "cli restore" first.');
      },
    }),
  );
  await removeLeftUploads(installation.services.uploads, now());
  // Before the first key exists: an embedded verifier may insert calls, but make no partition.
  await makePartitions(database, installation.services.now());
  const metrics = createMetrics(verifier, verifier.coherence, outages);
  // After the database and before the listener: what the last request did is stored at the end.
  const usage = resources.use(
    createUsageRecorder({
      store: createUsageStore(database),
      onError: (error) => logger.warn({ err: error }, 'usage not stored yet'),
    }),
  );
  metrics.add(usageMetrics(usage));
  metrics.add([
    {
      name: 'forged_rows_total',
      help: 'Rows that were met, give something and were not written by the server: they gave nothing',
      kind: 'counter',
      read: installation.forgedRows.count,
    },
  ]);
  const rateLimits = resources.use(await openRateLimits({ config, logger }));
  metrics.add([
    {
      name: 'rate_limit_stand_ins_total',
      help: 'Requests counted by this process alone, because the shared windows were away',
      kind: 'counter',
      read: rateLimits.standIns,
    },
  ]);
  const tracing = await startTracing(process.env);
  if (tracing !== null) resources.use(tracing);
  const { propagated } = metrics;
  const isRestored = () => verifier.coherence.isRestored();
  const services: Services = { ...installation.services, propagated, isRestored };
  const identity =
    config.clerk === null ? await demoIdentity(services) : clerkIdentity(config.clerk, services);
  metrics.add(identity.figures);
  if (identity.reconciliation !== null) resources.use(identity.reconciliation());
  const announcesTasks = database.kind === 'postgresql';
  const listenUrl = announcesTasks ? (config.databaseListenUrl ?? config.databaseUrl) : null;
  const background = resources.use(startBackground(services, listenUrl));
  metrics.add(taskFigures(background));
  resources.use(logHead({ database, logger, now: services.now }));
  const app = createApp({
    services,
    verifier: metrics.verifier,
    rateLimits,
    usage,
    sessions: identity.sessions,
    clerkWebhooks: identity.clerkWebhooks,
    demo: identity.demo,
    trustedProxies: config.trustedProxies,
    authorizedParties: config.clerk?.authorizedParties ?? [],
    clerkPublishableKey: config.clerk?.publishableKey ?? null,
    forwardAuthEnvironments: config.forwardAuthEnvironments,
    consoleFolder: parts.consoleFolder,
    metrics: metrics.text,
    tracer: tracing?.tracer ?? null,
  });

  const { url } = resources.use(await listen(app, config));
  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Anyone signs in, as one of the demo's people, to the demo's organizations and no others. */
async function demoIdentity({ database, now }: Services) {
  await assertDemoAllowed(database);
  await seedDemo(database, now());
  const demo = createDemoIdentityProvider({ now });
  const sessions = createClerkSessions({ jwtKey: demo.publicKeyPem, issuer: demoIssuer, now });
  return { sessions, demo, clerkWebhooks: null, reconciliation: null, figures: [] };
}

function clerkIdentity(clerk: ClerkSettings, services: Services) {
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
  const directory = secretKey === null ? null : createClerkDirectory({ secretKey, jwtKey });
  const reconciliation =
    directory === null
      ? null
      : () =>
          startReconciliation({
            async reconcile(signal) {
              const { unreadable, failed } = await reconcile({ ...follow, directory, signal });
              skipped += unreadable + failed;
            },
            logger,
          });
  const figures: Metric[] = [
    {
      name: 'clerk_skipped_total',
      help: 'Organizations and members at Clerk that could not be read, or failed, and were left as they are',
      kind: 'counter',
      read: () => skipped,
    },
  ];
  return { sessions, demo: null, clerkWebhooks, reconciliation, figures };
}
