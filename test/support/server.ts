import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  createVerifier,
  type KeyStore,
  nobleHashing,
  type RandomSource,
  secureRandom,
} from '../../core/mod.ts';
import { type AppOptions, createApp } from '../../server/app.ts';
import { type AuditedDatabase, openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { createForgedRows } from '../../server/audit/forged-rows.ts';
import { joinCoherence } from '../../server/database/coherence.ts';
import { openCoherentStore } from '../../server/database/coherent-store.ts';
import { createOutages } from '../../server/database/outages.ts';
import { seedDemo } from '../../server/demo-mode/organizations.ts';
import type { Persona } from '../../server/demo-mode/sessions.ts';
import { createAnswersInProgress } from '../../server/idempotency/answers-in-progress.ts';
import { createListener } from '../../server/listener.ts';
import { createLogger } from '../../server/observability/logger.ts';
import type { Services } from '../../server/operations/operation.ts';
import { createMemoryWindows } from '../../server/rate-limits/memory-windows.ts';
import { createRateLimits, type RateLimitsOptions } from '../../server/rate-limits/rate-limits.ts';
import { createUsageRecorder, type Every } from '../../server/usage/usage-recorder.ts';
import { createUsageStore } from '../../server/usage/usage-store.ts';
import { publicTargets } from '../../server/webhooks/target-policy.ts';
import { createSendTest } from '../../server/webhooks/test-events.ts';
import { identities, type SessionOf } from './identities.ts';
import { testEncryption, testKeyring } from './keyring.ts';
import { postgresDatabase } from './postgres.ts';
import { sqliteDatabase } from './sqlite.ts';

export const databaseKinds = ['sqlite', 'postgresql'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** When the demo's organizations were made, Unix milliseconds. */
export const seededAt = Date.parse('2026-01-02T03:04:05.678Z');

/** The scheme of every test server: what it stores can be computed. */
export const testScheme = testKeyring.scheme;

/** A migrated database with the demo's organizations, gone at the end of the scope. */
export async function demoDatabase(kind: DatabaseKind) {
  const template = { name: 'migrated_with_demo', fill: fillDemo };
  const place =
    kind === 'sqlite' ? await sqliteDatabase(template) : await postgresDatabase(template);
  return { kind, ...place };
}

/** Makes the tables and the demo's organizations. */
export async function fillDemo(url: string): Promise<void> {
  await using database = await openAuditedDatabase(url, { keyring: testKeyring });
  await database.migrate();
  await seedDemo(database, seededAt);
}

/** Public addresses only, and no name has one. */
const noTargets: Services['targets'] = { ...publicTargets, resolve: async () => [] };

/** GitHub has no key, and no time passes. */
const noLeaks: Services['leaks'] = {
  githubKeys: async () => null,
  pause: async () => {},
};

/** A clock that only the test moves. */
export function testClock(start = Date.parse('2026-03-04T05:06:07.089Z')) {
  let instant = start;
  return {
    now: () => instant,
    advance(milliseconds: number) {
      instant += milliseconds;
    },
  };
}

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
  readonly trustedProxies?: readonly string[];
  readonly authorizedParties?: readonly string[];
  /** `live` only when absent. */
  readonly forwardAuthEnvironments?: AppOptions['forwardAuthEnvironments'];
  /** What takes in Clerk's webhooks; nothing when absent. */
  readonly clerkWebhooks?: (parts: Services) => AppOptions['clerkWebhooks'];
  /** False to serve as outside demo mode: then `POST /demo/session` is not there. */
  readonly demo?: boolean;
  readonly propagated?: Services['propagated'];
  /** True to verify as the product does: from a cache that is coherent with every other process. */
  readonly coherent?: boolean;
  /** Where webhooks may lead; nowhere, without asking DNS, when absent. */
  readonly targets?: Services['targets'];
  /** What secrets may be stored under; the server's own scheme when absent. */
  readonly schemes?: Services['schemes'];
  /** What differs for reports of leaks. */
  readonly leaks?: Partial<Services['leaks']>;
  /** None per organization or address, and this process's memory for those of keys, when absent. */
  readonly rateLimits?: Partial<RateLimitsOptions>;
  /** The folder of a built console; none when absent. */
  readonly consoleFolder?: string;
  /** Says when usage is stored; twice a second when absent. */
  readonly every?: Every;
}

export interface SendOptions {
  /** A persona, or any bearer token: a session's or a key. */
  readonly as?: Persona | (string & {});
  readonly method?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string>>;
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/**
 * Starts the real app on a free loopback port, with the demo's identity provider. What it logs is in
 * `log`, one JSON text per line.
 *
 * @example
 * ```ts
 * await using database = await demoDatabase('sqlite');
 * await using server = await startServer({ database: database.url });
 * const response = await server.fetch('/api/v1/repos', { as: 'parent-admin' });
 * ```
 */
export async function startServer(options: ServerOptions) {
  const { now = Date.now, random = secureRandom, wrap = (database) => database } = options;
  await using resources = new AsyncDisposableStack();
  const uploads = await mkdtemp(join(tmpdir(), 'reporisk-uploads-'));
  resources.defer(() => rm(uploads, { recursive: true, force: true }));
  const log: string[] = [];
  const logger = createLogger({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  const forgedRows = createForgedRows({ logger, now });
  const opened = await openAuditedDatabase(options.database, {
    keyring: testKeyring,
    onForgedRow: forgedRows.report,
  });
  const database = wrap(resources.use(opened));
  resources.use(forgedRows).recordIn(database);
  const { demo, sessions, sign } = identities(now);
  const scheme = testScheme;
  const onError = (error: unknown) => logger.warn({ err: error }, 'coherence');
  const coherence = options.coherent
    ? resources.use(await joinCoherence({ ...database.leases(), onError }))
    : null;
  const found =
    coherence === null
      ? database.keys
      : await openCoherentStore({ database, coherence, keyring: testKeyring, onError });
  const store = options.store?.(found) ?? found;
  const { propagated = async () => coherence?.propagated() } = options;
  const hashing = nobleHashing;
  const encryption = testEncryption(random);
  const { targets = noTargets } = options;
  const services: Services = {
    database,
    keyring: testKeyring,
    scheme,
    schemes: options.schemes ?? [scheme],
    hashing,
    encryption,
    random,
    now,
    logger,
    outages: createOutages(logger),
    uploads,
    targets,
    sendTest: createSendTest(),
    leaks: { ...noLeaks, ...options.leaks },
    answersInProgress: createAnswersInProgress(),
    propagated,
    isRestored: () => coherence?.isRestored() ?? false,
  };
  const usage = resources.use(
    createUsageRecorder({
      store: createUsageStore(database),
      ...(options.every === undefined ? {} : { every: options.every }),
      onError: (error) => logger.warn({ err: error }, 'usage'),
    }),
  );
  const app = createApp({
    services,
    verifier: createVerifier({
      ...{ store, schemes: [scheme], hashing, now },
      onError: (error) => void (services.outages.note(error) || onError(error)),
    }),
    rateLimits: testLimits(now, options.rateLimits),
    usage,
    sessions,
    clerkWebhooks: options.clerkWebhooks?.(services) ?? null,
    demo: options.demo === false ? null : demo,
    trustedProxies: options.trustedProxies ?? [],
    authorizedParties: options.authorizedParties ?? [],
    forwardAuthEnvironments: options.forwardAuthEnvironments ?? ['live'],
    clerkPublishableKey: null,
    consoleFolder: options.consoleFolder ?? join(uploads, 'no-console'),
    metrics: async () => '',
    tracer: null,
  });

  const listener = createListener(app);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  resources.defer(async () => {
    listener.close();
    listener.closeAllConnections();
    await once(listener, 'close');
  });
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  const token = (persona: Persona) => demo.issue(persona).token;
  const running = resources.move();
  return {
    url,
    database,
    services,
    log,
    uploads,
    forgedRows,
    /** Stores what was used, and counts. */
    usage,
    /** Resolves when what was committed holds; for changes that a test makes in the database. */
    propagated,
    /** A session token of a demo persona. */
    token,
    /** A session token of anyone; see `identities`. */
    session: (of: SessionOf) => sign(of),

    fetch(path: string, { as, method, json, body, headers = {} }: SendOptions = {}) {
      const sent = new Headers(headers);
      if (as !== undefined) sent.set('authorization', `Bearer ${asToken(as, token)}`);
      if (json !== undefined) sent.set('content-type', 'application/json');
      const content = json === undefined ? body : JSON.stringify(json);
      return fetch(url + path, {
        method: method ?? (content === undefined ? 'GET' : 'POST'),
        headers: sent,
        redirect: 'manual',
        ...(content === undefined ? {} : { body: content }),
      });
    },

    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Most tests fail more often than an address may. */
function testLimits(now: () => number, differences: Partial<RateLimitsOptions> = {}) {
  const windows = createMemoryWindows(now);
  const defaults = { windows, platformWindows: windows, platform: null, perAddress: null, now };
  return createRateLimits({ ...defaults, ...differences });
}

const isPersona = (as: string): as is Persona =>
  /^[a-z0-9]+(-[a-z0-9]+)*$/.test(as) && as.length < 20;

function asToken(as: string, token: (persona: Persona) => string): string {
  return isPersona(as) ? token(as) : as;
}

/** A server on a database of its own; both are gone at the end of the scope. */
export async function startServerOn(
  kind: DatabaseKind,
  options: Omit<ServerOptions, 'database'> = {},
) {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await demoDatabase(kind));
  const server = resources.use(await startServer({ ...options, database: place.url }));
  const running = resources.move();
  return {
    ...server,
    kind,
    databaseUrl: place.url,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export type RunningServer = Awaited<ReturnType<typeof startServerOn>>;

/** Runs one suite on SQLite and on PostgreSQL. */
export function onBothDatabases(suite: (kind: DatabaseKind) => void): void {
  describe.each(databaseKinds)('on %s', suite);
}

/**
 * Runs one suite on both databases, with one server for all its tests: for tests that leave nothing
 * behind that another would see.
 */
export function onOneServerEach(suite: (server: () => RunningServer) => void): void {
  onBothDatabases((kind) => {
    let server: RunningServer;
    beforeAll(async () => {
      server = await startServerOn(kind);
    });
    afterAll(() => server[Symbol.asyncDispose]());
    suite(() => server);
  });
}
