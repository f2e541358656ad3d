import { base62Digits } from '../format/base62.ts';
import { checksumOf } from '../format/checksum.ts';
import type { Environment } from '../format/key-shape.ts';
import { type ParsedKey, parseKey } from '../format/parse-key.ts';
import { payloadLength, reporiskShapes } from '../format/reporisk.ts';
import { draw, type RandomSource, secureRandom } from './random-source.ts';

/** Options of `generateKey`. */
export interface GenerateKeyOptions {
  /** `live` when absent. */
  readonly environment?: Environment;
  /** `crypto.getRandomValues` when absent. */
  readonly random?: RandomSource;
}

/** A new key and its storable parts. */
export interface GeneratedKey extends ParsedKey {
  /** The raw secret: show it once, store only its lookup value. */
  readonly key: string;
}

const maximumDraws = 100;

/**
 * Random base 62 digits. Six bits of each byte are taken and the values 62 and 63 thrown away, so
 * every digit is equally likely; a remainder by 62 would favour the first ones.
 */
function randomDigits(length: number, random: RandomSource): string {
  let digits = '';
  // One draw nearly always suffices. The limit ends a source that is stuck at rejected values.
  for (let draws = 0; digits.length < length; draws++) {
    if (draws === maximumDraws) throw new TypeError('the random source is stuck');
    for (const byte of draw(random, length)) {
      const value = byte & 63;
      if (value < 62 && digits.length < length) digits += base62Digits.charAt(value);
    }
  }
  return digits;
}

/**
 * Makes a new RepoRisk key: prefix, 36 random characters, `_`, checksum; 214 bits of entropy.
 *
 * @param options - environment and random source.
 * @returns the raw key, its parts and its preview.
 * @throws {TypeError} when the random source is broken.
 * @example
 * ```ts
 * import { generateKey, maskKey } from '@reporisk/api-access/core';
 * const { key, preview } = generateKey({ environment: 'test' });
 * key.length; // 52
 * maskKey(key) === preview; // true
 * ```
 */
export function generateKey(options: GenerateKeyOptions = {}): GeneratedKey {
  const { environment = 'live', random = secureRandom } = options;
  const body = reporiskShapes[environment].prefix + randomDigits(payloadLength, random);
  const key = `${body}_${checksumOf(body)}`;
  const parsed = parseKey(key);
  if (parsed === null) throw new TypeError('the new key is not well formed');
  return { key, ...parsed };
}
