import type { RateLimit } from '../../core/mod.ts';
import { addressName } from './address-name.ts';
import { type Policy, rateLimited } from './fields.ts';
import type { Windows } from './windows.ts';

/** A limit per client address, whatever credential it presents. */
export interface AddressLimit {
  /**
   * Refuses an address that has used up its limit, before any work is done.
   *
   * @throws {Problem} 429.
   */
  check(address: string | undefined): void;

  /**
   * Counts one failure or report.
   *
   * @throws {Problem} 429 when the limit was used up already.
   */
  count(address: string | undefined): Promise<void>;
}

/** Number of addresses from which ended windows are swept. */
const fewest = 1024;

/**
 * Creates a limit per address. It caches the windows' results: a check costs one map lookup,
 * wherever the windows are.
 *
 * @param limit - null for none.
 * @param now - milliseconds of a monotonic clock.
 */
export function createAddressLimit(
  policy: Policy,
  limit: RateLimit | null,
  windows: Windows,
  now: () => number,
): AddressLimit {
  if (limit === null) return { check() {}, async count() {} };
  const usedUpUntil = new Map<string, number>();
  let sweepAt = fewest;

  function remember(name: string, until: number): void {
    if (usedUpUntil.size >= sweepAt) {
      for (const [each, end] of usedUpUntil) if (end <= now()) usedUpUntil.delete(each);
      sweepAt = Math.max(fewest, usedUpUntil.size * 2);
    }
    usedUpUntil.set(name, until);
  }

  return {
    check(address) {
      if (address === undefined || usedUpUntil.size === 0) return;
      const until = usedUpUntil.get(addressName(address));
      if (until === undefined || until <= now()) return;
      throw rateLimited(policy, limit, { admitted: false, remaining: 0, endsIn: until - now() });
    },

    async count(address) {
      this.check(address);
      // The socket is closed: there is no client to respond to.
      if (address === undefined) return;
      const name = addressName(address);
      const taken = await windows.take(`${policy}:${name}`, limit);
      if (taken.remaining === 0) remember(name, now() + taken.endsIn);
      if (!taken.admitted) throw rateLimited(policy, limit, taken);
    },
  };
}
