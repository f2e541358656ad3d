import type { KeyRecord } from '../../core/mod.ts';
import { type AddressLimit, createAddressLimit } from './address-limit.ts';
import { rateLimited, rateLimitFields } from './fields.ts';
import type { Limit, Taken, Windows } from './windows.ts';

/** What a response says about the key's own limit; empty where it has none. */
export type RateLimitFields = Readonly<Record<string, string>>;

/** What of a key its limits are about. */
export type LimitedKey = Pick<KeyRecord, 'id' | 'organization' | 'rateLimit'>;

/** Every limit of the server. */
export interface RateLimits {
  /**
   * Counts a request of a verified key against its own limit and its organization's. Both must admit
   * it; what one refuses counts for neither.
   *
   * @returns at once where the counts are in memory.
   * @throws {Problem} 429.
   */
  admit(key: LimitedKey): RateLimitFields | Promise<RateLimitFields>;
  /** Failed authentication with keys. */
  readonly failures: AddressLimit;
  /** Reports of leaked keys. */
  readonly reports: AddressLimit;
}

/** What the limits are made of. */
export interface RateLimitsOptions {
  /** Where keys and addresses are counted: shared by all processes that share them. */
  readonly windows: Windows;
  /** Where organizations are counted, for every request; see README.md. */
  readonly platformWindows: Windows;
  /** Of each organization; null for none. */
  readonly platform: Limit | null;
  /** Of each address, for failed authentication and for reports, each by itself; null for none. */
  readonly perAddress: Limit | null;
  /** Milliseconds of a monotonic clock: one that is set back would keep a limit shut. */
  readonly now: () => number;
}

const noFields: RateLimitFields = Object.freeze({});

/** Makes the limits. */
export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { windows, platformWindows, platform, perAddress, now } = options;

  /** Organizations by id, never by name: two may have the same. */
  function admitToPlatform(organizationId: string): RateLimitFields | Promise<RateLimitFields> {
    if (platform === null) return noFields;
    const conclude = (taken: Taken) => {
      if (!taken.admitted) throw rateLimited('platform', platform, taken);
      return noFields;
    };
    const taken = platformWindows.take(`org:${organizationId}`, platform);
    return taken instanceof Promise ? taken.then(conclude) : conclude(taken);
  }

  /**
   * The key's own limit first: a key that is over it would otherwise take, for a moment, what other
   * keys of its organization may use.
   */
  async function admitBoth(id: string, limit: Limit, organizationId: string) {
    const name = `key:${id}`;
    const taken = await windows.take(name, limit);
    if (!taken.admitted) throw rateLimited('key', limit, taken);
    try {
      await admitToPlatform(organizationId);
    } catch (error) {
      await windows.giveBack(name, taken);
      throw error;
    }
    return rateLimitFields('key', limit, taken);
  }

  return {
    admit: ({ id, organization, rateLimit }) =>
      rateLimit === null
        ? admitToPlatform(organization.id)
        : admitBoth(id, rateLimit, organization.id),
    failures: createAddressLimit('failed-auth', perAddress, windows, now),
    reports: createAddressLimit('leak-report', perAddress, windows, now),
  };
}
