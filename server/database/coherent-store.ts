import type { InvalidationListener, KeyStore } from '../../core/mod.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Coherence } from './coherence.ts';
import type { Database } from './database.ts';
import { ApiKeySecret } from './entities/api-key-secret.ts';
import { followSecretInUse, secretSubject } from './secret-in-use.ts';

/** What a coherent store is made of. */
export interface CoherentStoreOptions {
  readonly database: Database;
  readonly coherence: Coherence;
  readonly keyring: Keyring;
  /** True to leave to the server what writes: rows then stay under the secret that they are under. */
  readonly onlyReads?: boolean;
  /** Hears why a row was not moved to the current pepper; the next use tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * The database's keys with the proof that what was found still holds, so that a verifier may cache
 * them, and with what a store does besides finding.
 */
export async function openCoherentStore(options: CoherentStoreOptions): Promise<KeyStore> {
  const { database, coherence, keyring, onlyReads = false, onError } = options;
  const { keys } = database;
  const { freshness } = coherence;
  let holdsImported = true;
  let rounds = 0;
  /** Says yes until the database has said no: too soon a yes costs a lookup, too late would refuse. */
  async function lookForImported(): Promise<void> {
    const round = ++rounds;
    holdsImported = true;
    const one = await database.read().findOne(ApiKeySecret, { legacy: true });
    if (round === rounds) holdsImported = one !== null;
  }
  const listeners = new Set<InvalidationListener>();
  /** What is cached was found under another secret: it is looked up again, so that its row moves. */
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
  // What was changed before the lease began is not announced.
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
      // A key that is not found under another secret is no unknown key.
      keyring.current();
      return keys.find(lookup);
    },
    holdsImportedKeys: () => holdsImported || !freshness.isFresh(),
    repepper(from, { lookup, seal }) {
      // The verifier moves to the newest secret that it knows. Until that is in use, it would take the
      // key from processes that do not know it.
      const { name } = keyring.current();
      if (onlyReads || name !== keyring.accepted[0]?.name) return;
      database
        .transaction((em) =>
          // Guarded by the old lookup value: of several processes that find the key, one moves it.
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
