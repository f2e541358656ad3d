import type { KeyRecord, RateLimit } from '../../core/mod.ts';
import { type AddressLimit, createAddressLimit } from './address-limit.ts';
import { rateLimited, rateLimitFields } from './fields.ts';
import type { Taken, Windows } from './windows.ts';

/** The response fields of the limit with the fewest requests left; empty where there is none. */
export type RateLimitFields = Readonly<Record<string, string>>;

/** The fields of a key that rate limiting reads. */
export type LimitedKey = Pick<KeyRecord, 'id' | 'organization' | 'rateLimit'>;

/** Every limit of the server. */
export interface RateLimits {
  /**
   * Counts a request of a verified key against its own limit and its organization's. Both must
   * admit it; a refused request counts for neither.
   *
   * @returns synchronously where the counts are in memory.
   * @throws {Problem} 429.
   */
  admit(key: LimitedKey): RateLimitFields | Promise<RateLimitFields>;
  /** Failed authentication with keys. */
  readonly failures: AddressLimit;
  /** Reports of leaked keys. */
  readonly reports: AddressLimit;
}

/** Options of the limits. */
export interface RateLimitsOptions {
  /** Windows of keys and addresses, shared by all processes with the same store. */
  readonly windows: Windows;
  /** Windows of organizations, counted on every request; see README.md. */
  readonly platformWindows: Windows;
  /** The limit per organization; null for none. */
  readonly platform: RateLimit | null;
  /** The limit per address, separate for failed authentication and for reports; null for none. */
  readonly perAddress: RateLimit | null;
  /** Milliseconds of a monotonic clock: one that is set back would keep a limit exhausted. */
  readonly now: () => number;
}

const noFields: RateLimitFields = Object.freeze({});

/** Creates the limits. */
export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { windows, platformWindows, platform, perAddress, now } = options;

  /** Organizations by id, never by name: two may have the same name. Null without a limit. */
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
   * The key's own limit comes first: a key over its limit would otherwise briefly consume requests
   * of its organization's other keys.
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
