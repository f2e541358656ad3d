import { recognizeKey } from '../format/recognize-key.ts';
import { constantTimeEqual } from '../hash/constant-time.ts';
import { type Hashing, nobleHashing } from '../hash/hashing.ts';
import { type LookupScheme, sha256Scheme } from '../hash/lookup-scheme.ts';
import type { KeyRecord, KeyStore, StoredKey } from '../store/key-store.ts';
import { decide, refuse, type VerifyRequest } from './decide.ts';
import type { Outcome, Refused } from './outcome.ts';

/** What a lookup comes to: a key to decide on, or a refusal that needs no decision. */
type Loaded = KeyRecord | Refused;

/** What a verifier is made of. */
export interface VerifierOptions {
  /** Where keys are found. */
  readonly store: KeyStore;
  /**
   * How a key's digest becomes its lookup value: the current scheme first, then those still accepted
   * during a change of pepper. Plain SHA-256 when absent.
   */
  readonly schemes?: readonly LookupScheme[];
  /** Digest primitives; `@noble/hashes` when absent. */
  readonly hashing?: Hashing;
  /** Unix milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
}

/** Verifies keys. */
export interface Verifier {
  /**
   * Decides whether a key may do what a request asks. Never throws: an unreachable store is the
   * outcome 503. A key that is not well formed costs no lookup.
   *
   * @param key - the raw key as presented; not kept beyond the call.
   * @param request - what the call asks.
   * @returns the outcome, at once where the store answers at once.
   */
  verify(key: string, request?: VerifyRequest): Outcome | Promise<Outcome>;
}

const malformed: Refused = Object.freeze(refuse('invalid_key', 'malformed'));
const unknown: Refused = Object.freeze(refuse('invalid_key', 'unknown'));
const unsealed: Refused = Object.freeze(refuse('invalid_key', 'seal'));
const unavailable: Refused = Object.freeze(refuse('unavailable', 'unavailable'));

/**
 * Makes a verifier. The path of a key: its shape and checksum (a malformed one goes no further), its
 * digest, the lookup, the seal of the row found, the decision. Nothing is cached.
 *
 * @param options - the store, and what is injected.
 * @returns the verifier.
 * @example Verifying against an in-memory store
 * ```ts
 * import { createMemoryKeyStore, createVerifier } from './mod.ts';
 * const verifier = createVerifier({ store: createMemoryKeyStore() });
 * const outcome = await verifier.verify('rrk_live_not_a_key', { scope: 'repos:read' });
 * outcome.ok; // false
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { store, schemes = [sha256Scheme], hashing = nobleHashing, now = Date.now } = options;
  const newest = firstOf(schemes);

  /** Looks a digest up under each scheme in turn, at once where the store answers at once. */
  function load(digest: string, index = 0): Loaded | Promise<Loaded> {
    const scheme = schemes[index];
    if (scheme === undefined) return unknown;
    const lookup = scheme.lookup(digest);
    const conclude = (found: StoredKey | null): Loaded | Promise<Loaded> =>
      found === null ? load(digest, index + 1) : unseal(found, scheme, lookup, digest);
    const found = store.find(lookup);
    return found instanceof Promise ? found.then(conclude) : conclude(found);
  }

  function unseal(found: StoredKey, scheme: LookupScheme, lookup: string, digest: string): Loaded {
    const { record } = found;
    const seal = scheme.seal(record.id, record.organization.id, lookup);
    if (seal !== null && !constantTimeEqual(seal, found.seal ?? '')) return unsealed;
    if (scheme !== newest) moveTo(newest, lookup, digest, record);
    return record;
  }

  function moveTo(scheme: LookupScheme, from: string, digest: string, record: KeyRecord): void {
    const lookup = scheme.lookup(digest);
    const seal = scheme.seal(record.id, record.organization.id, lookup);
    if (seal !== null) store.repepper?.(from, { lookup, seal });
  }

  return {
    verify(key, request) {
      const shape = recognizeKey(key);
      if (shape === null) return malformed;
      if (!shape.checksummed && store.holdsImportedKeys?.() !== true) return malformed;
      const decided = (loaded: Loaded): Outcome =>
        'ok' in loaded ? loaded : decide(loaded, request, now());
      try {
        const loaded = load(hashing.sha256(key));
        if (!(loaded instanceof Promise)) return decided(loaded);
        return loaded.then(decided, () => unavailable);
      } catch {
        return unavailable;
      }
    },
  };
}

function firstOf(schemes: readonly LookupScheme[]): LookupScheme {
  const scheme = schemes[0];
  if (scheme === undefined) throw new TypeError('a verifier needs a lookup scheme');
  return scheme;
}
