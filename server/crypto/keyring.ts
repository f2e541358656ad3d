import { type LookupScheme, pepperedScheme } from '../../core/mod.ts';
import { deriveKeys, type Keys } from './derived-keys.ts';
import { nodeHashing } from './node-hashing.ts';

/**
 * The deployment moved to a secret that this process does not know. The process can neither verify
 * nor write, and answers 503 until it is started with that secret.
 */
export class UnknownSecret extends Error {
  override readonly name = 'UnknownSecret';
  readonly code = 'SECRET_UNKNOWN';

  constructor() {
    super('SERVER_SECRET is not the one in use: start this process with the one that is');
  }
}

/** A derived key during a change of secret: one to write under, and all to read under. */
export interface ChangingKey {
  /** The key for new values. Read it at each use, because a change of secret replaces it. */
  current(): Uint8Array;
  /** Every key that a stored value may be under, 32 bytes each. */
  readonly accepted: readonly Uint8Array[];
}

/** A secret's name in rows, and its lookup scheme. */
export interface NamedSecret {
  /** The id of the secret's lookup scheme: 8 hexadecimal characters that reveal nothing of it. */
  readonly name: string;
  readonly scheme: LookupScheme;
}

export type NamedKeys = Keys & NamedSecret;

/**
 * The keys of a deployment. During a change of its secret a process knows two, and the database
 * names the one for all new values (`secret-in-use.ts`): no process meets a value that it cannot
 * read.
 */
export interface Keyring {
  /** The keys of every secret that this process knows, `SERVER_SECRET` first. */
  readonly accepted: readonly NamedKeys[];
  /**
   * The keys of the secret in use. Before the database has been asked: the previous one, if any.
   *
   * @throws {UnknownSecret} when this process does not know the secret in use.
   */
  current(): NamedKeys;
  /** Whether this process knows the secret in use. */
  isKnown(): boolean;
  /**
   * Switches to a secret.
   *
   * @returns false when this process does not know it.
   */
  use(name: string): boolean;
  /** One of the keys; it follows a change of secret. */
  key(of: keyof Keys): ChangingKey;
  /** The lookup scheme of the secret in use; it follows a change of secret. */
  readonly scheme: LookupScheme;
}

/**
 * Makes the keyring.
 *
 * @param secret - 32 bytes: `SERVER_SECRET`.
 * @param previous - the one that is being replaced; null when none is.
 */
export function createKeyring(secret: Uint8Array, previous: Uint8Array | null): Keyring {
  return keyringOf(deriveKeys(secret), previous === null ? null : deriveKeys(previous));
}

/** The same, from keys that were derived elsewhere. */
export function keyringOf(keys: Keys, previous: Keys | null): Keyring {
  const newest = named(keys);
  const accepted = previous === null ? [newest] : [newest, named(previous)];
  let inUse = accepted.at(-1);
  function current(): NamedKeys {
    if (inUse === undefined) throw new UnknownSecret();
    return inUse;
  }
  return {
    accepted,
    current,
    isKnown: () => inUse !== undefined,
    use(name) {
      inUse = accepted.find((each) => each.name === name);
      return inUse !== undefined;
    },
    key: (of) => ({ current: () => current()[of], accepted: accepted.map((each) => each[of]) }),
    scheme: {
      get id() {
        return current().name;
      },
      lookup: (digest) => current().scheme.lookup(digest),
      seal: (keyId, organizationId, lookup) => current().scheme.seal(keyId, organizationId, lookup),
    },
  };
}

/** A key that does not change, and further keys to read under. */
export function fixedKey(current: Uint8Array, ...others: readonly Uint8Array[]): ChangingKey {
  return { current: () => current, accepted: [current, ...others] };
}

function named(keys: Keys): NamedKeys {
  const scheme = pepperedScheme(keys.pepper, nodeHashing);
  return { ...keys, name: scheme.id, scheme };
}
