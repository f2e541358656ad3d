import type { KeyRecord, RateLimit } from '../../core/mod.ts';
import { type AddressLimit, createAddressLimit } from './address-limit.ts';
import { rateLimited, rateLimitFields } from './fields.ts';
import type { Taken, Windows } from './windows.ts';

/** What a response says about the limit with the fewest requests left; empty where there is none. */
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
  readonly platform: RateLimit | null;
  /** Of each address, for failed authentication and for reports, each by itself; null for none. */
  readonly perAddress: RateLimit | null;
  /** Milliseconds of a monotonic clock: one that is set back would keep a limit shut. */
  readonly now: () => number;
}

const noFields: RateLimitFields = Object.freeze({});

/** Makes the limits. */
export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { windows, platformWindows, platform, perAddress, now } = options;

  /** Organizations by id, never by name: two may have the same. Null where they have no limit. */
  function takeFromPlatform(organizationId: string): Taken | null | Promise<Taken> {
    if (platform === null) return null;
    const conclude = (taken: Taken) => {
      if (!taken.admitted) throw rateLimited('platform', platform, taken);
      return taken;
    };
    const taken = platformWindows.take(`org:${organizationId}`, platform);
    return taken instanceof Promise ? taken.then(conclude) : conclude(taken);
  }

  const platformFields = (taken: Taken | null) =>
    platform === null || taken === null ? noFields : rateLimitFields('platform', platform, taken);

  function admitToPlatform(organizationId: string): RateLimitFields | Promise<RateLimitFields> {
    const taken = takeFromPlatform(organizationId);
    return taken instanceof Promise ? taken.then(platformFields) : platformFields(taken);
  }

  /**
   * The key's own limit first: a key that is over it would otherwise take, for a moment, what other
   * keys of its organization may use.
   */
  async function admitBoth(id: string, limit: RateLimit, organizationId: string) {
    const name = `key:${id}`;
    const own = await windows.take(name, limit);
    if (!own.admitted) throw rateLimited('key', limit, own);
    let its: Taken | null;
    try {
      its = await takeFromPlatform(organizationId);
    } catch (error) {
      await windows.giveBack(name, own);
      throw error;
    }
    const isPlatformNearer = its !== null && its.remaining < own.remaining;
    return isPlatformNearer ? platformFields(its) : rateLimitFields('key', limit, own);
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
