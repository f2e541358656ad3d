import { recognizeKey } from './recognize-key.ts';

const shown = 4;
const dots = '\u2022'.repeat(4);

/**
 * Puts a preview together from its stored parts.
 *
 * @param prefix - the key's prefix, for example `rrk_live_`.
 * @param first4 - the four characters after the prefix.
 * @param last4 - the last four characters.
 * @returns prefix, four characters, four U+2022, four characters.
 * @throws {TypeError} when `first4` or `last4` is not four characters: never shows more.
 * @example
 * ```ts
 * import { formatPreview } from '@reporisk/api-access/core';
 * formatPreview('rrk_live_', 'AbCd', 'Xy1z'); // 'rrk_live_AbCd••••Xy1z'
 * ```
 */
export function formatPreview(prefix: string, first4: string, last4: string): string {
  if (first4.length !== shown || last4.length !== shown) {
    throw new TypeError('a preview shows four characters on either side');
  }
  return prefix + first4 + dots + last4;
}

/**
 * Masks a key for people to recognize it by.
 *
 * @param key - a raw key, also of the imported shape.
 * @returns the preview: prefix, first four and last four characters, nothing else of the key.
 * @throws {TypeError} when the text is no key: how much of it is secret is unknown, so no mask
 * would be safe. The message does not repeat the text.
 * @example
 * ```ts
 * import { maskKey } from '@reporisk/api-access/core';
 * maskKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW'); // 'rrk_live_AbCd••••JkEW'
 * ```
 */
export function maskKey(key: string): string {
  const shape = recognizeKey(key);
  if (shape === null) throw new TypeError('not a key');
  const start = shape.prefix.length;
  return formatPreview(shape.prefix, key.slice(start, start + shown), key.slice(-shown));
}
