import { endsWithChecksum } from './checksum.ts';
import type { KeyShape } from './key-shape.ts';
import { bodyLength, importedShape, keyLength, prefixLength, reporiskShapes } from './reporisk.ts';

const separator = 0x5f; // '_'

// What a character may be part of: a payload (and so an older key too), an older key only, nothing.
const inPayload = 2;
const inImportedKey = 1;
const classes: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[0-9A-Za-z]/.test(character)) return inPayload;
  return /[-_]/.test(character) ? inImportedKey : 0;
});

/** The least class among some characters of a text. */
function leastClass(text: string, from: number, to: number): number {
  let least = inPayload;
  for (let i = from; i < to; i++) {
    const found = classes[text.charCodeAt(i)] ?? 0;
    if (found < least) least = found;
  }
  return least;
}

/**
 * Recognizes a key by its text alone, without any lookup: the first step of every verification.
 * Never throws, allocates nothing, and looks at no text of another length.
 *
 * @param text - what was presented as a key.
 * @returns the shape, one of a few shared frozen objects; null when the text is no key. A live key
 * whose checksum fails comes back with `checksummed: false`: it can only be an imported one.
 * @example
 * ```ts
 * import { recognizeKey } from './mod.ts';
 * recognizeKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW')?.checksummed; // true
 * recognizeKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_abcdef')?.checksummed; // false
 * recognizeKey('sk_live_4eC39HqLyjWDarjtT1zdp7dc'); // null
 * ```
 */
export function recognizeKey(text: string): KeyShape | null {
  if (typeof text !== 'string' || text.length !== keyLength) return null;
  const { live, test } = reporiskShapes;
  const shape = text.startsWith(live.prefix) ? live : text.startsWith(test.prefix) ? test : null;
  if (shape === null) return null;

  const payload = leastClass(text, prefixLength, bodyLength);
  if (
    payload === inPayload &&
    text.charCodeAt(bodyLength) === separator &&
    endsWithChecksum(text, bodyLength)
  ) {
    return shape;
  }
  const imported = shape === live && payload > 0 && leastClass(text, bodyLength, keyLength) > 0;
  return imported ? importedShape : null;
}
