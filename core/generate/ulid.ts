import { draw, type RandomSource, secureRandom } from './random-source.ts';

// Crockford's base 32: no I, L, O, U.
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const maximumTime = 2 ** 48 - 1;

/**
 * A ULID: 48 bits of time and 80 random bits as 26 characters. Ids sort by the millisecond in which
 * they were made; within one millisecond they have no particular order.
 *
 * @param now - Unix milliseconds, 0 to 2^48 - 1; the present when absent.
 * @param random - where the random bits come from.
 * @returns 26 characters of Crockford's base 32, upper case.
 * @throws {RangeError} when the time is no such integer.
 * @throws {TypeError} when the random source is broken.
 * @example
 * ```ts
 * import { ulid } from '@reporisk/api-access/core';
 * ulid(1469918176385).slice(0, 10); // '01ARYZ6S41'
 * ```
 */
export function ulid(now: number = Date.now(), random: RandomSource = secureRandom): string {
  if (!Number.isInteger(now) || now < 0 || now > maximumTime) {
    throw new RangeError('time must be Unix milliseconds below 2^48');
  }
  let time = '';
  for (let rest = now; time.length < 10; rest = Math.floor(rest / 32)) {
    time = digits.charAt(rest % 32) + time;
  }
  let tail = '';
  let bits = 0;
  let pending = 0;
  for (const byte of draw(random, 10)) {
    pending = ((pending << 8) | byte) & 0xfff; // never more than 12 bits are pending
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      tail += digits.charAt((pending >> bits) & 31);
    }
  }
  return time + tail;
}

/**
 * A new id that names its kind.
 *
 * @param kind - the kind of thing that the id names, for example `key`.
 * @param now - Unix milliseconds; the present when absent.
 * @param random - where the random bits come from.
 * @returns the kind, `_` and a ULID.
 * @throws {RangeError} when the time is not Unix milliseconds below 2^48.
 * @throws {TypeError} when the random source is broken.
 * @example
 * ```ts
 * import { newId } from '@reporisk/api-access/core';
 * newId('key', 1469918176385).slice(0, 14); // 'key_01ARYZ6S41'
 * ```
 */
export function newId(kind: string, now?: number, random?: RandomSource): string {
  return `${kind}_${ulid(now, random)}`;
}
