import { createVerifier, type Verifier, type VerifyRequest } from '../core/mod.ts';
import { createKeyring, type Keyring } from './crypto/keyring.ts';
import { type Coherence, joinCoherence } from './database/coherence.ts';
import { openCoherentStore } from './database/coherent-store.ts';
import { type Database, openDatabase } from './database/database.ts';
import { followSecretInUse } from './database/secret-in-use.ts';
import { nodeHashing } from './node-hashing.ts';

/** What a coherent verifier needs. */
export interface OpenVerifierOptions {
  /** `postgresql://…` or `sqlite:PATH`: the database of the RepoRisk server, with its tables. */
  readonly databaseUrl: string;
  /** A direct PostgreSQL address, where a pooler stands before the database. */
  readonly databaseListenUrl?: string | null;
  /** The server's secret, 32 bytes: `SERVER_SECRET`, decoded. */
  readonly serverSecret: Uint8Array;
  /** The one before it, while a change is under way. */
  readonly serverSecretPrevious?: Uint8Array | null;
  /** Hears of failures that heal by themselves, such as a renewal that came to nothing. */
  readonly onError?: (error: unknown) => void;
}

/** A verifier that shares the promise of the deployment: a revoked key is dead on its next request. */
export interface CoherentVerifier extends Verifier, AsyncDisposable {
  /** The lease that its cache rests on, and the wait of whoever takes something away. */
  readonly coherence: Coherence;
}

/**
 * Opens a verifier on the database of a RepoRisk deployment, for a service that embeds verification:
 * it caches, and yet refuses a key from the moment on that its revocation was answered.
 *
 * @returns the verifier; dispose of it to give its lease back and close its connections.
 * @throws when the database cannot be reached or has no tables yet.
 * @example A service of its own
 * ```ts
 * import { protect } from '@reporisk/api-keys';
 * import { openVerifier } from './server/store.ts';
 *
 * await using verifier = await openVerifier({
 *   databaseUrl: process.env.DATABASE_URL,
 *   serverSecret: Buffer.from(process.env.SERVER_SECRET, 'base64'),
 * });
 * export default { fetch: protect(verifier, handler, { scope: 'repos:read' }) };
 * ```
 */
export async function openVerifier(options: OpenVerifierOptions): Promise<CoherentVerifier> {
  const keyring = createKeyring(options.serverSecret, options.serverSecretPrevious ?? null);
  const database = await openDatabase(options.databaseUrl, {
    announcementKey: keyring.current().announcements,
    keyring,
    onForgedRow: ({ kind, id }) =>
      options.onError?.(new Error(`the ${kind} ${id} was not written by the server`)),
  });
  await followSecretInUse(database, keyring);
  const verifier = await coherentVerifier(database, { ...options, keyring });
  return {
    ...verifier,
    async [Symbol.asyncDispose]() {
      await verifier[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What a verifier on an open database needs. */
export interface CoherentVerifierOptions
  extends Pick<OpenVerifierOptions, 'databaseListenUrl' | 'onError'> {
  readonly keyring: Keyring;
}

/** The same on a database that is open already; disposing of it leaves the database open. */
export async function coherentVerifier(
  database: Database,
  { keyring, databaseListenUrl = null, onError = () => {} }: CoherentVerifierOptions,
): Promise<CoherentVerifier> {
  const schemes = keyring.accepted.map(({ scheme }) => scheme);
  const coherence = await joinCoherence({ ...database.leases(databaseListenUrl), onError });
  const store = await openCoherentStore({ database, coherence, keyring, onError });
  const verifier = createVerifier({ store, schemes, hashing: nodeHashing });
  return {
    verify: (key: string, request?: VerifyRequest) => verifier.verify(key, request),
    cacheCounters: () => verifier.cacheCounters(),
    coherence,
    [Symbol.asyncDispose]: () => coherence[Symbol.asyncDispose](),
  };
}
