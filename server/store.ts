import { createVerifier, type ScopeNameOf, type Verifier } from '../core/mod.ts';
import { unfailing } from '../core/verify/unfailing.ts';
import { openAuditedDatabase } from './audit/audited-database.ts';
import { ConfigError } from './config/config-error.ts';
import type { Keyring } from './crypto/keyring.ts';
import { nodeHashing } from './crypto/node-hashing.ts';
import { type Coherence, joinCoherence } from './database/coherence.ts';
import { openCoherentStore } from './database/coherent-store.ts';
import type { Database } from './database/database.ts';
import type { LostHistory } from './database/leases/known-history.ts';
import { followSecretInUse } from './database/secret-in-use.ts';
import { verifierKeyring } from './database/verification-secret.ts';
import { assertTables, excessPrivileges } from './database/verifier-role.ts';
import { warn } from './observability/error-text.ts';
import { openRateLimits } from './rate-limits/open-rate-limits.ts';
import { createUsageRecorder } from './usage/usage-recorder.ts';
import { createUsageStore } from './usage/usage-store.ts';
import { type OpenVerifierOptions, readVerifierOptions } from './verifier/verifier-options.ts';
import { withLimitsAndUsage } from './verifier/with-limits-and-usage.ts';

export type { OpenVerifierOptions };

/** A verifier that shares the promise of the deployment: a revoked key is dead on its next request. */
export interface CoherentVerifier<Own extends string = never>
  extends Verifier<Own>,
    AsyncDisposable {
  /** The lease that its cache depends on, and the wait of a revocation. */
  readonly coherence: Coherence;
}

/**
 * Opens a verifier on the database of a RepoRisk deployment, for a service that embeds
 * verification. It caches, and yet refuses a key from the moment on that its revocation was
 * answered. It counts the rate limits of keys, and records their use, unless configured otherwise.
 *
 * @returns the verifier; dispose of it at the end of the service, to store the recorded use, give its lease
 * back and close its connections. `await using` in a module would do so before the first request.
 * @throws {ConfigError} with one line: for an unknown option, an invalid value of an option, a
 * secret that the keys were not issued under, a missing file, a database without the server's
 * tables, an older Node than 24. Nothing stays open.
 * @throws when the database cannot be reached.
 * @example A service of its own
 * ```ts
 * import { protect } from '@reporisk/api-access/core';
 * import { openVerifier } from '@reporisk/api-access/store';
 *
 * const { DATABASE_URL = '', VERIFICATION_SECRET = '' } = process.env;
 * const verifier = await openVerifier({
 *   databaseUrl: DATABASE_URL,
 *   verificationSecret: Buffer.from(VERIFICATION_SECRET, 'base64'),
 * });
 * const fetch = protect(verifier, (_request, key) => new Response(key.label), {
 *   scope: 'repos:read',
 * });
 * export default { fetch };
 * ```
 */
export async function openVerifier<const Written extends string = never>(
  options: OpenVerifierOptions<Written>,
): Promise<CoherentVerifier<ScopeNameOf<Written>>> {
  assertRuntime();
  const { databaseUrl, databaseListenUrl, redisUrl } = readVerifierOptions(options);
  const { onOutcome } = options;
  const onError = unfailing(options.onError ?? warn);
  const keyring = verifierKeyring(options);

  await assertTables(databaseUrl);
  await using resources = new AsyncDisposableStack();
  const database = resources.use(
    await openAuditedDatabase(databaseUrl, {
      keyring,
      onForgedRow: ({ kind, id }) =>
        onError(new Error(`the ${kind} ${id} was not written by the server: it gives nothing`)),
      create: false,
    }),
  );
  await followSecretInUse(database, keyring, true).catch((error: unknown) => {
    throw namingSecret(error, options);
  });
  const excess = await excessPrivileges(database);
  if (excess.length > 0) {
    onError(
      new ConfigError(
        `the verifier's database role may write ${excess.join(', ')}: with the secret, it can make ` +
          'keys. server/README.md has the role that it needs',
      ),
    );
  }
  const verifier = resources.use(
    await openCoherent(database, keyring, {
      databaseListenUrl,
      extraScopes: options.extraScopes ?? [],
      onError,
      onLost: () => onError(new Error('The database was restored. Run "cli restore" first.')),
      onlyReads: true,
    }),
  );
  const usage =
    options.usage === false
      ? null
      : resources.use(createUsageRecorder({ store: createUsageStore(database), onError }));
  const limits =
    options.limits === false
      ? null
      : resources.use(
          await openRateLimits({
            config: { databaseUrl, redisUrl, platformRateLimit: null, failedAuthRateLimit: null },
            logger: { warn: ({ err }: { err: unknown }) => onError(err), info() {} },
          }),
        );
  const opened = resources.move();
  const verify = withLimitsAndUsage({ verifier, usage, limits, onOutcome, onError });
  const { environments } = options;
  return {
    verify:
      environments === undefined
        ? verify
        : (key, request) => verify(key, { environments, ...request }),
    extraScopes: verifier.extraScopes,
    cacheCounters: verifier.cacheCounters,
    coherence: verifier.coherence,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/**
 * Options of a verifier on a database that is open already.
 *
 * @internal
 */
export interface CoherentVerifierOptions {
  readonly keyring: Keyring;
  readonly databaseListenUrl?: string | null;
  /** None when absent. */
  readonly extraScopes?: readonly string[];
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly onError?: (error: unknown) => void;
  /**
   * Called when the database turns out to lack a part of its history that this process has seen.
   */
  readonly onLost?: (lost: LostHistory) => void;
}

/**
 * The server's own verifier: disposing of it leaves the database open.
 *
 * @internal
 */
export function coherentVerifier(
  database: Database,
  options: CoherentVerifierOptions,
): Promise<CoherentVerifier> {
  const { keyring, databaseListenUrl = null, extraScopes = [], onError = warn } = options;
  const { now, onLost } = options;
  return openCoherent(database, keyring, {
    ...{ databaseListenUrl, extraScopes, now, onError, onLost, onlyReads: false },
  });
}

/** @internal */
interface CoherentOptions<Written extends string> {
  readonly databaseListenUrl: string | null;
  readonly extraScopes: readonly Written[];
  readonly now?: (() => number) | undefined;
  readonly onError: (error: unknown) => void;
  readonly onLost: ((lost: LostHistory) => void) | undefined;
  /** True to leave every write beyond a holder's own row to the server. */
  readonly onlyReads: boolean;
}

async function openCoherent<Written extends string>(
  database: Database,
  keyring: Keyring,
  options: CoherentOptions<Written>,
): Promise<CoherentVerifier<ScopeNameOf<Written>>> {
  const { databaseListenUrl, extraScopes, now = Date.now, onError, onlyReads } = options;
  const { onLost = () => {} } = options;
  const schemes = keyring.accepted.map(({ scheme }) => scheme);
  const leases = database.leases(databaseListenUrl);
  const port = onlyReads ? { ...leases.port, prune: async () => {} } : leases.port;
  await using resources = new AsyncDisposableStack();
  const coherence = resources.use(await joinCoherence({ ...leases, port, onError, onLost }));
  const store = await openCoherentStore({
    database,
    coherence,
    keyring,
    onlyReads,
    onError,
  });
  const verifier = createVerifier({
    ...{ store, schemes, extraScopes, hashing: nodeHashing, now, onError },
  });
  const opened = resources.move();
  return {
    extraScopes: verifier.extraScopes,
    verify: (key, request) => verifier.verify(key, request),
    cacheCounters: () => verifier.cacheCounters(),
    coherence,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** On Node 20, the SQLite driver ends the process without a word. */
function assertRuntime(): void {
  if (typeof AsyncDisposableStack === 'function') return;
  throw new ConfigError(
    `openVerifier() needs Node 24, Deno or Bun: this is Node ${process.version}`,
  );
}

/** The server's messages name its environment variable; here, the secret is an option. */
function namingSecret(
  error: unknown,
  { verificationSecret }: Pick<OpenVerifierOptions, 'verificationSecret'>,
): unknown {
  if (!(error instanceof ConfigError)) return error;
  const name = verificationSecret ? 'verificationSecret' : 'serverSecret';
  const message = error.message.replaceAll('SERVER_SECRET_PREVIOUS', `${name}Previous`);
  return new ConfigError(message.replaceAll('SERVER_SECRET', name));
}
