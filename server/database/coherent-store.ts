import type { InvalidationListener, KeyStore } from '../../core/mod.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Coherence } from './coherence.ts';
import type { Database } from './database.ts';
import { ApiKeySecret } from './entities/api-key-secret.ts';
import { followSecretInUse, secretSubject } from './secret-in-use.ts';

/** Options of a coherent store. */
export interface CoherentStoreOptions {
  readonly database: Database;
  readonly coherence: Coherence;
  readonly keyring: Keyring;
  /** True to leave writes to the server: rows then stay under their present secret. */
  readonly onlyReads?: boolean;
  /**
   * Called with the reason why a row was not moved to the current pepper; the next use tries again.
   */
  readonly onError: (error: unknown) => void;
}

/**
 * The database's keys with a proof of freshness, which lets a verifier cache them, and the other
 * duties of a store.
 */
export async function openCoherentStore(options: CoherentStoreOptions): Promise<KeyStore> {
  const { database, coherence, keyring, onlyReads = false, onError } = options;
  const { keys } = database;
  const { freshness } = coherence;
  let holdsImported = true;
  let rounds = 0;
  /**
   * Assumes imported keys until the database shows none: a wrong yes costs a lookup, a wrong no
   * would refuse a valid key.
   */
  async function lookForImported(): Promise<void> {
    const round = ++rounds;
    holdsImported = true;
    const one = await database.read().findOne(ApiKeySecret, { legacy: true });
    if (round === rounds) holdsImported = one !== null;
  }
  const listeners = new Set<InvalidationListener>();
  /** Cache entries were found under another secret: a new lookup moves their rows. */
  async function followSecret(): Promise<void> {
    const isOther = await followSecretInUse(database, keyring, onlyReads).catch((error) => {
      onError(error);
      return true;
    });
    if (!isOther) return;
    for (const listener of listeners) listener('everything', freshness.epoch());
  }
  freshness.subscribe((subjects) => {
    const isTouched = (subject: string) => subjects === 'everything' || subjects.includes(subject);
    if (isTouched('imported-keys')) lookForImported().catch(onError);
    if (isTouched(secretSubject)) followSecret().catch(onError);
  });
  await lookForImported();
  // No notification comes for a change from before the lease began.
  await followSecretInUse(database, keyring, onlyReads);
  return {
    freshness: {
      isFresh: () => freshness.isFresh(),
      epoch: () => freshness.epoch(),
      subscribe(listener) {
        listeners.add(listener);
        const end = freshness.subscribe(listener);
        return () => {
          listeners.delete(listener);
          end();
        };
      },
    },
    find(lookup) {
      // A key that is missing because of another secret must not count as unknown.
      keyring.current();
      return keys.find(lookup);
    },
    findById(id) {
      keyring.current();
      return keys.findById?.(id) ?? [];
    },
    holdsImportedKeys: () => holdsImported || !freshness.isFresh(),
    repepper(from, { lookup, seal }) {
      // The verifier moves to the newest secret that it knows. Before that secret is in use, a
      // moved row would be lost to processes that do not know it.
      const { name } = keyring.current();
      if (onlyReads || name !== keyring.accepted[0]?.name) return;
      database
        .transaction((em) =>
          // Guarded by the old lookup value: among several processes that find the key, one moves
          // it.
          em.execute(
            `update api_key_secret set lookup = ?, seal = ?, scheme = ?
             where lookup = ? and exists (select 1 from secret_in_use where name = ?)`,
            [lookup, seal, name, from, name],
          ),
        )
        .catch(onError);
    },
  };
}
