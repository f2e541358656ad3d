import type { KeyShape } from './key-shape.ts';

const prefix = 'rfk_';
const idLength = 26;
const secretLength = 64;
const secretStart = prefix.length + idLength + 1;

/** The length of a `platform` key: `rfk_`, a ULID, `_`, 64 hexadecimal characters. */
export const platformKeyLength: number = secretStart + secretLength;

/** The shape of `platform` keys. */
export const platformShape: KeyShape = Object.freeze({
  dialect: 'platform',
  environment: 'live',
  prefix,
  checksummed: false,
});

const form = /^rfk_[0-7][0-9A-HJKMNP-TV-Z]{25}_[0-9a-f]{64}$/;

/** Whether a text of this length is a `platform` key. */
export function isPlatformKey(text: string): boolean {
  return form.test(text);
}

/**
 * The id that a `platform` key names: it has the ULID of its key's id.
 *
 * @param key - a well-formed key.
 * @returns for example `key_01H2XA9CKEB7WZG8RMN2KPQV7A`.
 */
export function keyIdIn(key: string): string {
  return `key_${key.slice(prefix.length, prefix.length + idLength)}`;
}

/**
 * Puts a `platform` key together.
 *
 * @param id - the key's id: `key_` and a ULID.
 * @param secret - 64 lower-case hexadecimal characters.
 * @throws {TypeError} when the id has another form.
 */
export function platformKey(id: string, secret: string): string {
  const key = `${prefix}${id.slice('key_'.length)}_${secret}`;
  if (!id.startsWith('key_') || !isPlatformKey(key)) {
    throw new TypeError('a platform key needs the id of its key: key_ and a ULID');
  }
  return key;
}
