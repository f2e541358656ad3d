import type { KeyStore, StoredKey, StoredSecret } from './key-store.ts';
import { readStoredKey } from './read-key.ts';

/** Options of `createMemoryKeyStore`. */
export interface MemoryKeyStoreOptions {
  /** True when imported keys, which have no checksum, may be put into it. */
  readonly importedKeys?: boolean;
}

/** A key store in memory: for tests, and for services with a fixed handful of keys. */
export interface MemoryKeyStore extends KeyStore {
  /**
   * Finds a key by the lookup value of its secret.
   *
   * @param lookup - the lookup value, hexadecimal.
   * @returns the stored key, frozen, or null.
   */
  find(lookup: string): StoredKey | null;
  /** Finds the secrets of a `platform` key by its id. */
  findById(id: string): readonly StoredSecret[];

  /**
   * Adds a key.
   *
   * @param lookup - the lookup value of its secret.
   * @param key - record and seal; copied.
   * @throws {Error} when the store holds that lookup value already.
   * @throws {TypeError} when a field is absent or of another type.
   */
  put(lookup: string, key: StoredKey): void;

  /**
   * Replaces the record under a lookup value, for example by one with `revokedAt`. Takes effect
   * with the next verification.
   *
   * @param lookup - the lookup value of its secret.
   * @param key - record and seal; copied.
   * @throws {Error} when the store does not hold that lookup value.
   * @throws {TypeError} when a field is absent or of another type.
   */
  replace(lookup: string, key: StoredKey): void;

  /**
   * Removes a lookup value: its secret is unknown from then on.
   *
   * @param lookup - the lookup value.
   * @returns false when there was none.
   */
  delete(lookup: string): boolean;
}

/**
 * Makes an empty key store in memory.
 *
 * @param options - whether it may hold imported keys.
 * @returns the store.
 * @example
 * ```ts
 * import { createMemoryKeyStore } from '@reporisk/api-access/core';
 * createMemoryKeyStore().find('00'.repeat(32)); // null
 * ```
 */
export function createMemoryKeyStore(options: MemoryKeyStoreOptions = {}): MemoryKeyStore {
  const { importedKeys = false } = options;
  const keys = new Map<string, StoredKey>();
  return {
    find: (lookup) => keys.get(lookup) ?? null,
    findById: (id) =>
      [...keys].flatMap(([lookup, key]) => (key.record.id === id ? [{ ...key, lookup }] : [])),
    holdsImportedKeys: () => importedKeys,
    put(lookup, key) {
      if (keys.has(lookup)) throw new Error('the store holds this key already');
      keys.set(lookup, readStoredKey(key));
    },
    replace(lookup, key) {
      if (!keys.has(lookup)) throw new Error('the store does not hold this key');
      keys.set(lookup, readStoredKey(key));
    },
    delete: (lookup) => keys.delete(lookup),
    repepper(from, to) {
      const key = keys.get(from);
      if (key === undefined || keys.has(to.lookup)) return;
      keys.delete(from);
      keys.set(to.lookup, Object.freeze({ record: key.record, seal: to.seal }));
    },
  };
}
