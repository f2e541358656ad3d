import { draw, type RandomSource, secureRandom } from './random-source.ts';

// Crockford's base 32: no I, L, O, U.
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const maximumTime = 2 ** 48 - 1;

/** Ten bits as two digits. */
const pairs: readonly string[] = Array.from(
  { length: 1024 },
  (_, bits) => digits.charAt(bits >> 5) + digits.charAt(bits & 31),
);

function pair(bits: number): string {
  return pairs[bits & 1023] ?? '';
}

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
  const high = Math.floor(now / 2 ** 20);
  const time = pair(high >> 20) + pair(high >> 10) + pair(high) + pair(now >>> 10) + pair(now);
  const bytes = draw(random, 10);
  return time + fortyBits(bytes, 0) + fortyBits(bytes, 5);
}

/** Five bytes as eight digits. */
function fortyBits(bytes: Uint8Array, from: number): string {
  const a = bytes[from] ?? 0;
  const b = bytes[from + 1] ?? 0;
  const c = bytes[from + 2] ?? 0;
  const d = bytes[from + 3] ?? 0;
  const e = bytes[from + 4] ?? 0;
  return (
    pair((a << 2) | (b >> 6)) +
    pair((b << 4) | (c >> 4)) +
    pair((c << 6) | (d >> 2)) +
    pair((d << 8) | e)
  );
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
