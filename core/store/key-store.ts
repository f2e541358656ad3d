import type { Dialect, Environment } from '../format/key-shape.ts';
import type { Role } from '../policy/authority.ts';
import type { Freshness } from './freshness.ts';

/** An organization as far as a decision needs it. One object may serve many keys. */
export interface OrganizationRecord {
  /** The Clerk organization id. */
  readonly id: string;
  /** The name shown to people. */
  readonly name: string;
  /** 1, 2 or 3; null when the organization is no longer a customer. */
  readonly tier: number | null;
}

/** A sub-org as far as a decision needs it. */
export interface SubOrgRecord {
  /** The sub-org's number. */
  readonly id: number;
  /** False once archived or removed: its keys are refused. */
  readonly active: boolean;
}

/** The owner whose authority a key carries, as of this moment. */
export interface OwnerRecord {
  /** `organization` owns keys that were imported. */
  readonly kind: 'member' | 'service-account' | 'organization';
  /** User id, service account id or organization id. */
  readonly id: string;
  /** The role that the key acts with; `none` may do nothing. */
  readonly role: Role;
}

/** At most `limit` requests in a window of `windowSeconds` seconds, which begins with a request. */
export interface RateLimit {
  /** Requests, at most. */
  readonly limit: number;
  /** The length of the window in seconds. */
  readonly windowSeconds: number;
}

/**
 * The fields of a key that a decision reads. Never the secret. All times are Unix milliseconds. The
 * record in an outcome is deeply frozen.
 */
export interface KeyRecord {
  /** `key_` and a ULID; the same for life. */
  readonly id: string;
  /** The format of its secrets. */
  readonly dialect: Dialect;
  /** Whether it is a sandbox key. */
  readonly environment: Environment;
  /** The name that its owner chose. */
  readonly label: string;
  /** For example `rrk_live_AbCd••••Xy1z`. */
  readonly preview: string;
  /** The organization that it belongs to. */
  readonly organization: OrganizationRecord;
  /** The one sub-org the key is held to; null for an organization-wide key. */
  readonly subOrg: SubOrgRecord | null;
  /** The owner whose authority it carries. */
  readonly owner: OwnerRecord;
  /** The one project that a `platform` key is held to; null for none. */
  readonly projectId: string | null;
  /** Null means every scope, an empty list none. */
  readonly scopes: readonly string[] | null;
  /** CIDR blocks; null means any address. */
  readonly ipAllowList: readonly string[] | null;
  /** Null means no limit of its own. */
  readonly rateLimit: RateLimit | null;
  /** Whether it is switched off, which can be undone. */
  readonly disabled: boolean;
  /** The key works before this instant, never at or after it. */
  readonly expiresAt: number | null;
  /** When it was revoked, for good; null while it is not. */
  readonly revokedAt: number | null;
  /**
   * When the presented secret expires by itself: null for the current secret, the end of the grace
   * for a retiring one. A retired secret is not found at all.
   */
  readonly secretExpiresAt: number | null;
}

/** A stored key and the seal of its row. */
export interface StoredKey {
  /** The fields that a decision reads. */
  readonly record: KeyRecord;
  /** HMAC over key id, organization id and lookup value; null in a store without a pepper. */
  readonly seal: string | null;
}

/** One of a key's secrets, found by the key's id. */
export interface StoredSecret extends StoredKey {
  /** Its lookup value, hexadecimal. */
  readonly lookup: string;
}

/** A verifier's source of keys. */
export interface KeyStore {
  /**
   * The proof that keys found earlier are still valid. A verifier caches only with this proof;
   * without it, each verification asks the store.
   */
  readonly freshness?: Freshness;

  /**
   * Finds a key by the lookup value of one of its secrets.
   *
   * @param lookup - the lookup value, hexadecimal.
   * @returns the stored key or null when there is none; synchronously where the store is in memory.
   * The verifier copies it, and refuses with 503 where a field is absent or of another type.
   * @throws when the store cannot be asked; the verifier then refuses with 503.
   */
  find(lookup: string): StoredKey | null | Promise<StoredKey | null>;

  /**
   * Finds the secrets of a key by its id, for `platform` keys, which name it. The verifier compares
   * their lookup values in constant time. Where it is absent, `find` is asked.
   *
   * @param id - `key_` and a ULID.
   * @returns a key for each of its secrets; none where there is no such key.
   * @throws as `find` does.
   */
  findById?(id: string): readonly StoredSecret[] | Promise<readonly StoredSecret[]>;

  /**
   * Whether the store holds keys that were imported by their hash and have no checksum. Called for
   * malformed keys, so it must cost nothing. Absent means no.
   */
  holdsImportedKeys?(): boolean;

  /**
   * Called when a key was found under the previous pepper: moves its row to the current one. May be
   * lost without harm; the next use tries again.
   *
   * @param from - the lookup value under the previous pepper.
   * @param to - the lookup value and seal under the current pepper.
   */
  repepper?(from: string, to: { readonly lookup: string; readonly seal: string }): void;
}
