import { createVerifier, pepperedScheme, type Verifier, type VerifyRequest } from '../core/mod.ts';
import { type Coherence, joinCoherence } from './database/coherence.ts';
import { openCoherentStore } from './database/coherent-store.ts';
import { type Database, openDatabase } from './database/database.ts';
import type { LostHistory } from './database/leases/known-history.ts';
import { deriveKeys } from './keys.ts';
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
  const database = await openDatabase(options.databaseUrl);
  const verifier = await coherentVerifier(database, options);
  return {
    ...verifier,
    async [Symbol.asyncDispose]() {
      await verifier[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The same on a database that is open already; disposing of it leaves the database open. */
export async function coherentVerifier(
  database: Database,
  options: Omit<OpenVerifierOptions, 'databaseUrl'> & {
    /** Called when the database was found to lack what this process has seen of its history. */
    readonly onLost?: (lost: LostHistory) => void;
  },
): Promise<CoherentVerifier> {
  const { databaseListenUrl = null, serverSecret, serverSecretPrevious = null } = options;
  const onError = options.onError ?? (() => {});
  const current = schemeOf(serverSecret);
  const schemes = serverSecretPrevious ? [current, schemeOf(serverSecretPrevious)] : [current];
  const { onLost = () => onError(new Error('The database was restored: cli restore')) } = options;
  const leases = database.leases(databaseListenUrl);
  const coherence = await joinCoherence({ ...leases, onError, onLost });
  const store = await openCoherentStore({ database, coherence, scheme: current.id, onError });
  const verifier = createVerifier({ store, schemes, hashing: nodeHashing });
  return {
    verify: (key: string, request?: VerifyRequest) => verifier.verify(key, request),
    cacheCounters: () => verifier.cacheCounters(),
    coherence,
    [Symbol.asyncDispose]: () => coherence[Symbol.asyncDispose](),
  };
}

function schemeOf(secret: Uint8Array) {
  return pepperedScheme(deriveKeys(secret).pepper, nodeHashing);
}
