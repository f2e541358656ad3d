import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import { seedDemo } from '../../server/demo-mode/organizations.ts';
import type { Persona } from '../../server/demo-mode/sessions.ts';
import { anthropicKey } from './anthropic-server.ts';
import { composedServer, type ServerOptions } from './composed-server.ts';
import { documented } from './documented.ts';
import { storeAnthropicKey, testKeyring } from './keyring.ts';
import { postgresDatabase } from './postgres.ts';
import { serverOnRuntime, skipUnlessTransferable } from './server-on-runtime.ts';
import { sqliteDatabase } from './sqlite.ts';

export type { ServerOptions };

export const databaseKinds = ['sqlite', 'postgresql'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** When the demo's organizations were made, Unix milliseconds. */
export const seededAt = Date.parse('2026-01-02T03:04:05.678Z');

/** The scheme of every test server: tests can compute its stored values. */
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
  for (const orgId of demoOrganizations) await storeAnthropicKey(database, orgId, demoAnthropicKey);
}

const demoOrganizations = ['org_demo_acme', 'org_demo_globex', 'org_demo_initech'];

/** The Anthropic key of every demo organization of a test. */
export const demoAnthropicKey = anthropicKey('demo');

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

/** The runtime of the tests' servers, `deno` or `bun`; this process itself when absent. */
const runtime = process.env.SERVER_RUNTIME;

/**
 * Starts the real app on a free loopback port, with the demo's identity provider. Its log is in
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
  const server =
    runtime === undefined ? await composedServer(options) : await serverOnRuntime(runtime, options);
  return {
    ...server,
    async fetch(path: string, { as, method, json, body, headers = {} }: SendOptions = {}) {
      const sent = new Headers(headers);
      if (as !== undefined) sent.set('authorization', `Bearer ${asToken(as, server.token)}`);
      if (json !== undefined) sent.set('content-type', 'application/json');
      const content = json === undefined ? body : JSON.stringify(json);
      const given = method ?? (content === undefined ? 'GET' : 'POST');
      const response = await fetch(server.url + path, {
        ...{ method: given, headers: sent, redirect: 'manual' },
        ...(content === undefined ? {} : { body: content }),
      });
      return documented(given, path, response, options.dialects);
    },
  };
}

const isPersona = (as: string): as is Persona =>
  /^[a-z0-9]+(-[a-z0-9]+)*$/.test(as) && as.length < 20;

function asToken(as: string, token: (persona: Persona) => string): string {
  return isPersona(as) ? token(as) : as;
}

/** A server on a private database; both are gone at the end of the scope. */
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
 * Runs one suite on both databases, with one server for all its tests: for tests that leave no
 * traces for each other.
 */
export function onOneServerEach(
  suite: (server: () => RunningServer) => void,
  options: Omit<ServerOptions, 'database'> = {},
): void {
  onBothDatabases((kind) => {
    beforeEach(() => skipUnlessTransferable(options));
    let server: RunningServer;
    beforeAll(async () => {
      server = await startServerOn(kind, options);
    });
    afterAll(() => server[Symbol.asyncDispose]());
    suite(() => server);
  });
}
