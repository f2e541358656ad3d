import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier, type KeyStore, type RandomSource } from '../../core/mod.ts';
import type { AppOptions } from '../../server/app.ts';
import type { AuditedDatabase } from '../../server/audit/audited-database.ts';
import { compose } from '../../server/compose.ts';
import { loadConfig } from '../../server/config/config.ts';
import type { Persona } from '../../server/demo-mode/sessions.ts';
import { openInstallation } from '../../server/installation.ts';
import { listen } from '../../server/listener.ts';
import { publicTargets } from '../../server/network/target-policy.ts';
import { createLogger } from '../../server/observability/logger.ts';
import type { Services } from '../../server/operations/operation.ts';
import { createMemoryWindows } from '../../server/rate-limits/memory-windows.ts';
import { createRateLimits, type RateLimitsOptions } from '../../server/rate-limits/rate-limits.ts';
import { openServerVerifier } from '../../server/start.ts';
import type { CoherentVerifier } from '../../server/store.ts';
import type { Every } from '../../server/usage/usage-recorder.ts';
import { type AnthropicServer, anthropicServer } from './anthropic-server.ts';
import { identities, type SessionOf } from './identities.ts';
import { testSecret } from './keyring.ts';

/** Public addresses only, and no name has one. */
const noTargets: Services['targets'] = { ...publicTargets, resolve: async () => [] };

/** GitHub has no key, and no time passes. */
const noLeaks: Services['leaks'] = {
  githubKeys: async () => null,
  pause: async () => {},
};

/** Scans read nothing and take no time. */
const noScans: Services['scans'] = {
  async scan() {
    throw new Error('this test scans nothing');
  },
  sandboxMs: 0,
};

export interface ServerOptions {
  /** A migrated database's address: see `demoDatabase`. */
  readonly database: string;
  /** Unix milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
  readonly random?: RandomSource;
  /** Puts something around the store that keys are verified against, for example a counter. */
  readonly store?: (store: KeyStore) => KeyStore;
  /** Puts something around the database, for example a fault. */
  readonly wrap?: (database: AuditedDatabase) => AuditedDatabase;
  /** The dialects beside `reporisk`; none when absent. */
  readonly dialects?: readonly string[];
  /** The scopes of embedding services; none when absent. */
  readonly extraScopes?: readonly string[];
  readonly trustedProxies?: readonly string[];
  readonly authorizedParties?: readonly string[];
  readonly clerkPublishableKey?: string | null;
  /** `live` only when absent. */
  readonly forwardAuthEnvironments?: AppOptions['forwardAuthEnvironments'];
  /** Handles Clerk's webhooks; nothing does when absent. */
  readonly clerkWebhooks?: (parts: Services) => AppOptions['clerkWebhooks'];
  /** False to serve as outside demo mode: then `/demo/session` is not there. */
  readonly demo?: boolean;
  readonly propagated?: Services['propagated'];
  /** True to verify as the product does: from a cache that is coherent with every other process. */
  readonly coherent?: boolean;
  /** The allowed targets of webhooks; none, and no DNS request, when absent. */
  readonly targets?: Services['targets'];
  /** Overrides for scans; no scan reads anything when absent. */
  readonly scans?: Partial<Services['scans']>;
  /** Anthropic; a server of its own when absent. */
  readonly anthropic?: AnthropicServer;
  /** Overrides for leak reports. */
  readonly leaks?: Partial<Services['leaks']>;
  /** None per organization or address, and this process's memory for those of keys, when absent. */
  readonly rateLimits?: Partial<RateLimitsOptions>;
  /** The folder of a built console; none when absent. */
  readonly consoleFolder?: string;
  /** Schedules the storing of usage; twice a second when absent. */
  readonly every?: Every;
}

/** Composes the real app, with the demo's identity provider, and listens on a free loopback port. */
export async function composedServer(options: ServerOptions) {
  const { now = Date.now, trustedProxies = [], forwardAuthEnvironments = [] } = options;
  const { wrap, random, every } = options;
  await using resources = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(join(tmpdir(), 'reporisk-server-'));
  resources.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const log: string[] = [];
  const logger = createLogger({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  const anthropic = options.anthropic ?? resources.use(await anthropicServer());
  const config = loadConfig({
    ANTHROPIC_BASE_URL: anthropic.url,
    DATABASE_URL: options.database,
    SERVER_SECRET: Buffer.from(testSecret).toString('base64'),
    PORT: '0',
    DIALECTS: options.dialects?.join(),
    EXTRA_SCOPES: options.extraScopes?.join(),
    TRUSTED_PROXIES: trustedProxies.join(),
    FORWARD_AUTH_ENVIRONMENTS: forwardAuthEnvironments.join(),
  });
  const { targets = noTargets } = options;
  const leaks = { ...noLeaks, ...options.leaks };
  const scans = { ...noScans, ...options.scans };
  const installation = resources.use(
    await openInstallation({
      ...{ config, dataFolder, logger, now, targets, leaks, scans, checksOutputs: true },
      ...(wrap === undefined ? {} : { wrap }),
      ...(random === undefined ? {} : { random }),
    }),
  );
  const { forgedRows, services: installed } = installation;
  const { database, uploads } = installed;
  await mkdir(uploads, { mode: 0o700 });
  const { demo, sessions, sign } = identities(now);
  const server = resources.use(
    await compose({
      ...{ installation, config },
      verifier: resources.use(
        options.coherent
          ? await openServerVerifier(installation, config.databaseListenUrl)
          : uncachedVerifier(installed, options),
      ),
      rateLimits: testLimits(now, options.rateLimits),
      identity: (services) => ({
        sessions,
        clerkWebhooks: options.clerkWebhooks?.(services) ?? null,
        demo: options.demo === false ? null : demo,
        authorizedParties: options.authorizedParties ?? [],
        clerkPublishableKey: options.clerkPublishableKey ?? null,
        reconciliation: null,
        metrics: [],
      }),
      consoleFolder: options.consoleFolder ?? join(uploads, 'no-console'),
      tracer: null,
      ...(every === undefined ? {} : { every }),
    }),
  );
  const { app, services, usage } = server;
  const { propagated } = services;
  const { url } = resources.use(await listen(app, config));

  const token = (persona: Persona) => demo.issue(persona).token;
  const running = resources.move();
  return {
    url,
    database,
    services,
    log,
    uploads,
    anthropic,
    forgedRows,
    /** Stores the recorded use, and counts. */
    usage,
    /**
     * Resolves when committed changes are propagated; for changes that a test makes in the
     * database.
     */
    propagated,
    /** A session token of a demo persona. */
    token,
    /** A session token of anyone; see `identities`. */
    session: (of: SessionOf) => sign(of),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/**
 * Asks the database for each verification: a test's direct writes to the database hold immediately.
 */
function uncachedVerifier(
  { database, schemes, extraScopes, hashing, now, outages, logger }: Services,
  { store = (found) => found, propagated = async () => {} }: ServerOptions,
): CoherentVerifier {
  const made = createVerifier({
    ...{ store: store(database.keys), schemes, hashing, now, extraScopes },
    onError: (error) => void (outages.note(error) || logger.warn({ err: error }, 'verification')),
  });
  const freshness = { isFresh: () => false, epoch: () => 0, subscribe: () => () => {} };
  const dispose = async () => {};
  const isRestored = () => false;
  return {
    ...made,
    coherence: { freshness, propagated, isRestored, [Symbol.asyncDispose]: dispose },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Most tests fail more often than an address may. */
function testLimits(now: () => number, differences: Partial<RateLimitsOptions> = {}) {
  const windows = createMemoryWindows(now);
  const defaults = { windows, platformWindows: windows, platform: null, perAddress: null, now };
  return createRateLimits({ ...defaults, ...differences });
}
