import type { Refusal } from '../errors.ts';
import type { KeyRecord } from '../store/key-store.ts';

/** The cause of a refusal, for logs and metrics. The caller gets only the refusal. */
export type Reason =
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'seal'
  | 'dialect'
  | 'revoked'
  | 'sub_org'
  | 'retired'
  | 'disabled'
  | 'expired'
  | 'environment'
  | 'tier'
  | 'address'
  | 'scope'
  | 'project'
  | 'authority'
  | 'rate_limited'
  | 'unavailable';

/** The key covers the request. `Key` is what a verifier knows of it. */
export interface Accepted<Key = KeyRecord> {
  /** Tells it from a refusal. */
  readonly ok: true;
  /** The verified key. */
  readonly key: Key;
}

/** The request is refused. */
export interface Refused {
  /** Tells it from an acceptance. */
  readonly ok: false;
  /** The refusal that the caller gets. */
  readonly refusal: Refusal;
  /** The cause, which only the operator may see. */
  readonly reason: Reason;
  /** The key, where one was found; null otherwise. */
  readonly key: KeyRecord | null;
  /** Further response headers, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The result of a verification. An invalid key is an outcome, never an exception. */
export type Outcome<Key = KeyRecord> = Accepted<Key> | Refused;
