import type { KeyStore } from '../../core/mod.ts';
import type { Coherence } from './coherence.ts';
import type { Database } from './database.ts';
import { ApiKeySecret } from './entities/api-key-secret.ts';

/** What a coherent store is made of. */
export interface CoherentStoreOptions {
  readonly database: Database;
  readonly coherence: Coherence;
  /** The id of the current lookup scheme. */
  readonly scheme: string;
  /** Hears why a row was not moved to the current pepper; the next use tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * The database's keys with the proof that what was found still holds, so that a verifier may cache
 * them, and with what a store does besides finding.
 */
export async function openCoherentStore(options: CoherentStoreOptions): Promise<KeyStore> {
  const { database, coherence, scheme, onError } = options;
  const { keys } = database;
  const { currency } = coherence;
  let holdsImported = true;
  let rounds = 0;
  /** Says yes until the database has said no: too soon a yes costs a lookup, too late would refuse. */
  async function lookForImported(): Promise<void> {
    const round = ++rounds;
    holdsImported = true;
    const one = await database.read().findOne(ApiKeySecret, { legacy: true });
    if (round === rounds) holdsImported = one !== null;
  }
  currency.subscribe((subjects) => {
    if (subjects === 'everything' || subjects.includes('imported-keys')) {
      lookForImported().catch(onError);
    }
  });
  await lookForImported();
  return {
    currency,
    find: (lookup) => keys.find(lookup),
    holdsImportedKeys: () => holdsImported || !currency.isCurrent(),
    repepper(from, { lookup, seal }) {
      // Guarded by the old lookup value: of several processes that find the key, one moves it.
      database
        .transaction((em) =>
          em.nativeUpdate(ApiKeySecret, { lookup: from }, { lookup, seal, scheme }),
        )
        .catch(onError);
    },
  };
}
