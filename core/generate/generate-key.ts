import { bytesToHex } from '@noble/hashes/utils.js';
import { base62Digits } from '../format/base62.ts';
import { checksumOf } from '../format/checksum.ts';
import type { Dialect, Environment } from '../format/key-shape.ts';
import { type ParsedKey, parseKey } from '../format/parse-key.ts';
import { platformKey } from '../format/platform.ts';
import { payloadLength, reporiskShapes } from '../format/reporisk.ts';
import { repuraiPrefix } from '../format/repurai.ts';
import { draw, type RandomSource, secureRandom } from './random-source.ts';

/** Options of `generateKey`. */
export interface GenerateKeyOptions {
  /** `reporisk` when absent. */
  readonly dialect?: Dialect;
  /** The key's id, which a `platform` key holds: `key_` and a ULID. */
  readonly id?: string;
  /** `live` when absent, and always for the other dialects, which have no sandbox. */
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

function randomHex(random: RandomSource): string {
  return bytesToHex(draw(random, 32));
}

function newText(options: GenerateKeyOptions): string {
  const { dialect = 'reporisk', environment = 'live', random = secureRandom, id = '' } = options;
  if (dialect !== 'reporisk' && environment !== 'live') {
    throw new TypeError(`a ${dialect} key has no sandbox`);
  }
  if (dialect === 'platform') return platformKey(id, randomHex(random));
  if (dialect === 'repurai') return repuraiPrefix + randomHex(random);
  const body = reporiskShapes[environment].prefix + randomDigits(payloadLength, random);
  return `${body}_${checksumOf(body)}`;
}

/**
 * Makes a new key. A RepoRisk key has prefix, 36 random characters (214 bits), `_` and checksum; a
 * `platform` key `rfk_`, the ULID of its id, `_` and 256 random bits in hexadecimal; a `repurai` key
 * `rep_` and 256 random bits.
 *
 * @param options - dialect, environment and random source.
 * @returns the raw key, its parts and its preview.
 * @throws {TypeError} when the random source is broken, or the id has no ULID.
 * @example
 * ```ts
 * import { generateKey, maskKey } from '@reporisk/api-access/core';
 * const { key, preview } = generateKey({ environment: 'test' });
 * key.length; // 52
 * maskKey(key) === preview; // true
 * ```
 */
export function generateKey(options: GenerateKeyOptions = {}): GeneratedKey {
  const key = newText(options);
  const parsed = parseKey(key);
  if (parsed === null) throw new TypeError('the new key is not well formed');
  return { key, ...parsed };
}
