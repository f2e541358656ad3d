import type { Refusal } from '../errors.ts';
import type { KeyRecord } from '../store/key-store.ts';

/** Why a key was refused: for logs and metrics, never for the caller, who learns only the refusal. */
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
  | 'authority'
  | 'rate_limited'
  | 'unavailable';

/** The key may do what was asked. */
export interface Accepted {
  readonly ok: true;
  /** The verified key. */
  readonly key: KeyRecord;
}

/** The key may not. */
export interface Refused {
  readonly ok: false;
  /** What the caller is told. */
  readonly refusal: Refusal;
  /** What the operator may know. */
  readonly reason: Reason;
  /** The key, where one was found; null otherwise. */
  readonly key: KeyRecord | null;
  /** What the response says besides, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a verification comes to. An invalid key is an outcome, never an exception. */
export type Outcome = Accepted | Refused;
