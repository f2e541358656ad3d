import {
  type CacheCounters,
  type CoherentCacheOptions,
  createCoherentCache,
  type Loaded,
} from '../cache/coherent-cache.ts';
import { lookupSubject } from '../cache/subjects.ts';
import type { KeyShape } from '../format/key-shape.ts';
import { keyIdIn } from '../format/platform.ts';
import { hasKeyLength, recognizeKey } from '../format/recognize-key.ts';
import { importedShape } from '../format/reporisk.ts';
import { constantTimeEqual } from '../hash/constant-time.ts';
import { type Hashing, nobleHashing } from '../hash/hashing.ts';
import { type LookupScheme, sha256Scheme } from '../hash/lookup-scheme.ts';
import { readExtraScopes, type ScopeNameOf } from '../policy/extra-scopes.ts';
import type { ExtraScopes } from '../policy/scopes.ts';
import type { KeyRecord, KeyStore } from '../store/key-store.ts';
import { readStoredKey, readStoredSecrets } from '../store/read-key.ts';
import { decide, refuse, type VerifyRequest } from './decide.ts';
import type { Outcome, Refused } from './outcome.ts';
import { isThenable, unfailing } from './unfailing.ts';

/** Options of `createVerifier`. */
export interface VerifierOptions<Written extends string = never> {
  /** The source of keys. */
  readonly store: KeyStore;
  /**
   * Derive lookup values from the digests of keys: the current scheme first, then those still
   * accepted during a change of pepper. Plain SHA-256 when absent.
   */
  readonly schemes?: readonly LookupScheme[];
  /**
   * The scopes of this service beside RepoRisk's own, as `readExtraScopes` reads them, for example
   * `['billing:read', 'billing:charge=submit']`; none when absent.
   */
  readonly extraScopes?: readonly Written[];
  /** Digest primitives; `@noble/hashes` when absent. */
  readonly hashing?: Hashing;
  /** Unix milliseconds; `Date.now` when absent. */
  readonly now?: () => number;
  /** Bounds of the cache, which exists only where the store proves freshness. */
  readonly cache?: Omit<CoherentCacheOptions, 'freshness'>;
  /**
   * Called with the cause of each outcome `unavailable`, and when a row could not be moved to the
   * current pepper. Its own exceptions and rejections are ignored. `console.error` when absent.
   */
  readonly onError?: (error: unknown) => void;
}

/** Verifies keys; `Own` names the scopes of its service. */
export interface Verifier<Own extends string = never> {
  /** The scopes of its service, which a call may need as well. */
  readonly extraScopes: ExtraScopes<Own>;

  /**
   * Decides whether a key may do what a request asks. Never throws and never rejects: a store that
   * cannot be asked, or returns something other than a key, is the outcome 503, and `onError` gets
   * the cause. A key that is not well formed costs no lookup.
   *
   * @param key - the raw key as presented; not kept beyond the call.
   * @param request - the requirements of the call.
   * @returns the outcome, synchronously where the store answers synchronously. It is deeply frozen:
   * other verifications share the key in it, and no observer may turn a refusal into an acceptance.
   */
  verify(key: string, request?: VerifyRequest): Outcome | Promise<Outcome>;

  /** The cache's counters so far; null without a cache, where the store proves no freshness. */
  cacheCounters(): CacheCounters | null;
}

const malformed: Refused = refuse('invalid_key', 'malformed');
const unknown: Refused = refuse('invalid_key', 'unknown');
const unsealed: Refused = refuse('invalid_key', 'seal');
const unavailable: Refused = refuse('unavailable', 'unavailable');

/**
 * Makes a verifier. The path of a key: its digest, the cache where the store proves freshness, else its
 * shape and checksum (a malformed one goes no further), the lookup and the seal of the row found, then
 * the decision, which is made at each use.
 *
 * @param options - the store, and the parts to inject.
 * @returns the verifier.
 * @throws {TypeError} without a lookup scheme, and for a malformed extra scope.
 * @example Verifying against an in-memory store
 * ```ts
 * import { createMemoryKeyStore, createVerifier } from '@reporisk/api-access/core';
 * const verifier = createVerifier({ store: createMemoryKeyStore() });
 * const outcome = await verifier.verify('rrk_live_not_a_key', { scope: 'repos:read' });
 * outcome.ok; // false
 * ```
 */
export function createVerifier<const Written extends string = never>(
  options: VerifierOptions<Written>,
): Verifier<ScopeNameOf<Written>> {
  const { store, schemes = [sha256Scheme], hashing = nobleHashing, now = Date.now } = options;
  // biome-ignore lint/suspicious/noConsole: the one place that every runtime shows to its operator.
  const report = unfailing(options.onError ?? console.error);
  const newest = firstOf(schemes);
  const extraScopes = readExtraScopes(options.extraScopes ?? []);
  // During a change of pepper a row may move between two lookups: the newest scheme is tried again.
  const attempts = schemes.length > 1 ? [...schemes, newest] : schemes;
  const { freshness } = store;
  const cache =
    freshness === undefined ? null : createCoherentCache<Refused>({ ...options.cache, freshness });

  /** Looks a digest up under each scheme in turn, synchronously where the store is synchronous. */
  function load(
    digest: string,
    shape: KeyShape,
    index = 0,
  ): Loaded<Refused> | Promise<Loaded<Refused>> {
    const scheme = attempts[index];
    if (scheme === undefined) return absent(unknown, digest);
    const lookup = scheme.lookup(digest);
    const conclude = (found: unknown) =>
      found === null
        ? load(digest, shape, index + 1)
        : unseal(found, { scheme, lookup, digest, shape });
    const found: unknown = store.find(lookup);
    return isThenable(found) ? Promise.resolve(found).then(conclude) : conclude(found);
  }

  /** Looks a key up by its id, and compares the digest with each of its secrets. */
  function loadById(
    id: string,
    digest: string,
    shape: KeyShape,
  ): Loaded<Refused> | Promise<Loaded<Refused>> {
    const conclude = (found: unknown) => {
      const lookups = schemes.map((scheme) => ({ scheme, lookup: scheme.lookup(digest) }));
      let match: (() => Loaded<Refused>) | null = null;
      for (const secret of readStoredSecrets(found)) {
        for (const { scheme, lookup } of lookups) {
          // Every pair is compared, so that the time does not depend on which one is equal.
          if (constantTimeEqual(secret.lookup, lookup)) {
            match = () => unseal(secret, { scheme, lookup, digest, shape });
          }
        }
      }
      return match === null ? absent(unknown, digest) : match();
    };
    const found: unknown = store.findById?.(id);
    return isThenable(found) ? Promise.resolve(found).then(conclude) : conclude(found);
  }

  /** A refusal that is valid until a key appears under one of the digest's lookup values. */
  function absent(refused: Refused, digest: string): Loaded<Refused> {
    const subjects =
      cache === null ? [] : schemes.map((scheme) => lookupSubject(scheme.lookup(digest)));
    return { absent: refused, subjects };
  }

  /** @param found - a stored key as the store gave it, unchecked. */
  function unseal(found: unknown, { scheme, lookup, digest, shape }: Sought): Loaded<Refused> {
    const { record, seal } = readStoredKey(found);
    const expected = scheme.seal(record.id, record.organization.id, lookup);
    // The key's text is authenticated by its lookup value, the row's dialect by nothing else.
    const isOfShape = record.dialect === shape.dialect && record.environment === shape.environment;
    if (!isOfShape || (expected !== null && !constantTimeEqual(expected, seal ?? ''))) {
      // Not kept: a repair of the row touches subjects that a forged row need not name.
      return { absent: unsealed, subjects: [] };
    }
    if (scheme !== newest) moveTo(newest, lookup, digest, record);
    return { key: record };
  }

  function moveTo(scheme: LookupScheme, from: string, digest: string, record: KeyRecord): void {
    const lookup = scheme.lookup(digest);
    const seal = scheme.seal(record.id, record.organization.id, lookup);
    if (seal === null) return;
    try {
      const moved: unknown = store.repepper?.(from, { lookup, seal });
      if (isThenable(moved)) Promise.resolve(moved).catch(report);
    } catch (error) {
      report(error);
    }
  }

  function fail(error: unknown): Refused {
    report(error);
    return unavailable;
  }

  /** Looks up the key under a digest, or the refusal that needs no decision. */
  function find(
    digest: string,
    shape: KeyShape,
    id: string | null,
  ): KeyRecord | Refused | Promise<KeyRecord | Refused> {
    const loadIt = () => (id === null ? load(digest, shape) : loadById(id, digest, shape));
    if (cache !== null) return cache.lookUp(digest, loadIt);
    const loaded = loadIt();
    return loaded instanceof Promise ? loaded.then(unwrap) : unwrap(loaded);
  }

  const conclude = (found: KeyRecord | Refused, request: VerifyRequest | undefined) =>
    'refusal' in found ? found : decide(found, request, now(), extraScopes);

  return {
    extraScopes,
    verify(key, request) {
      if (typeof key !== 'string' || !hasKeyLength(key)) return malformed;
      try {
        const digest = hashing.sha256(key);
        // A cached key was recognized at its lookup: a hit need not read the characters.
        const cached = cache?.peek(digest);
        if (cached !== undefined) return conclude(cached, request);

        const shape = recognizeKey(key);
        if (shape === null) return malformed;
        if (shape === importedShape && store.holdsImportedKeys?.() !== true) return malformed;
        const isFoundById = shape.dialect === 'platform' && store.findById !== undefined;
        const found = find(digest, shape, isFoundById ? keyIdIn(key) : null);
        if (!(found instanceof Promise)) return conclude(found, request);
        return found.then((later) => conclude(later, request)).catch(fail);
      } catch (error) {
        return fail(error);
      }
    },
    cacheCounters: () => cache?.counters() ?? null,
  };
}

/** What was looked for when a row was found. */
interface Sought {
  readonly scheme: LookupScheme;
  readonly lookup: string;
  readonly digest: string;
  readonly shape: KeyShape;
}

function unwrap(loaded: Loaded<Refused>): KeyRecord | Refused {
  return 'key' in loaded ? loaded.key : loaded.absent;
}

function firstOf(schemes: readonly LookupScheme[]): LookupScheme {
  const scheme = schemes[0];
  if (scheme === undefined) throw new TypeError('a verifier needs a lookup scheme');
  return scheme;
}
