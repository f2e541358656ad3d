import type { Tracer } from '@opentelemetry/api';
import { type App, type AppOptions, createApp } from './app.ts';
import type { Config } from './config/config.ts';
import type { Installation } from './installation.ts';
import { createMetrics, type Metric, type Metrics, textOfAll } from './observability/metrics.ts';
import { usageMetrics } from './observability/usage-metrics.ts';
import type { Services } from './operations/operation.ts';
import type { RateLimits } from './rate-limits/rate-limits.ts';
import type { CoherentVerifier } from './store.ts';
import { createUsageRecorder, type Every, type UsageRecorder } from './usage/usage-recorder.ts';
import { createUsageStore } from './usage/usage-store.ts';
import type { Siblings } from './workers/worker.ts';

/** The source of users and their organizations. */
export interface Identity
  extends Pick<
    AppOptions,
    'sessions' | 'clerkWebhooks' | 'demo' | 'authorizedParties' | 'clerkPublishableKey'
  > {
  /** Starts following the identity provider; null where it cannot be asked. */
  readonly reconciliation: (() => AsyncDisposable) | null;
  readonly metrics: readonly Metric[];
}

/** The parts of a server, all of them open already. */
export interface CompositionOptions {
  readonly installation: Installation;
  readonly config: Pick<Config, 'trustedProxies' | 'forwardAuthEnvironments'>;
  readonly verifier: CoherentVerifier;
  readonly rateLimits: RateLimits;
  /** Called once, with the services of the server. */
  readonly identity: (services: Services) => Identity | Promise<Identity>;
  /** The folder of the built console. */
  readonly consoleFolder: string;
  /** The other workers of the same start; absent where there are none. */
  readonly siblings?: Pick<Siblings, 'metrics'> | undefined;
  /** Null unless an exporter is configured. */
  readonly tracer: Tracer | null;
  /** Schedules the storing of usage; twice a second when absent. */
  readonly every?: Every;
}

/** A server without its socket and its background work. */
export interface Composition extends AsyncDisposable {
  readonly app: App;
  readonly services: Services;
  readonly metrics: Metrics;
  readonly usage: UsageRecorder;
}

/**
 * Composes a server. Every server is composed here, those of the tests too: a wiring mistake fails
 * their tests.
 *
 * @returns dispose of it to store the recorded use.
 */
export async function compose(options: CompositionOptions): Promise<Composition> {
  const { installation, config, verifier, rateLimits, consoleFolder, tracer, every } = options;
  const { siblings } = options;
  const { database, logger, outages } = installation.services;
  await using resources = new AsyncDisposableStack();
  const metrics = createMetrics(verifier, verifier.coherence, outages);
  const { propagated } = metrics;
  const isRestored = () => verifier.coherence.isRestored();
  const services: Services = { ...installation.services, propagated, isRestored };
  const usage = resources.use(
    createUsageRecorder({
      store: createUsageStore(database),
      ...(every === undefined ? {} : { every }),
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
  const {
    reconciliation,
    metrics: identityMetrics,
    ...identity
  } = await options.identity(services);
  metrics.add(identityMetrics);
  if (reconciliation !== null) resources.use(reconciliation());
  const { trustedProxies, forwardAuthEnvironments } = config;
  siblings?.metrics.offer(metrics.values);
  const metricsText =
    siblings === undefined ? metrics.text : async () => textOfAll(await siblings.metrics.ofAll());
  const app = createApp({
    ...{ services, verifier: metrics.verifier, rateLimits, usage, ...identity },
    ...{ trustedProxies, forwardAuthEnvironments, consoleFolder, metrics: metricsText, tracer },
  });
  const running = resources.move();
  const dispose = () => running.disposeAsync();
  return { app, services, metrics, usage, [Symbol.asyncDispose]: dispose };
}
