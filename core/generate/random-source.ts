/**
 * Where random bytes come from. Must be cryptographically secure for anything but tests.
 *
 * @param length - how many bytes are wanted.
 * @returns exactly that many fresh bytes.
 */
export type RandomSource = (length: number) => Uint8Array;

/**
 * The runtime's own secure random source.
 *
 * @param length - how many bytes are wanted, at most 65,536.
 * @returns fresh bytes from `crypto.getRandomValues`.
 * @example
 * ```ts
 * import { secureRandom } from '@reporisk/api-access/core';
 * secureRandom(16).length; // 16
 * ```
 */
export const secureRandom: RandomSource = (length: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(length));

/**
 * Draws bytes and checks that the source kept its promise.
 *
 * @param random - the source.
 * @param length - how many bytes are wanted.
 * @returns the bytes.
 * @throws {TypeError} when the source gave another number of bytes: a short draw would be a weak key.
 */
export function draw(random: RandomSource, length: number): Uint8Array {
  const bytes = random(length);
  if (bytes.length !== length)
    throw new TypeError('the random source gave a wrong number of bytes');
  return bytes;
}
