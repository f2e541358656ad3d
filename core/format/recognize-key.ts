import { crcOf, crcStep, endsWithChecksum } from './checksum.ts';
import type { KeyShape } from './key-shape.ts';
import { isPlatformKey, platformKeyLength, platformShape } from './platform.ts';
import { bodyLength, importedShape, keyLength, prefixLength, reporiskShapes } from './reporisk.ts';
import { isRepuraiKey, repuraiKeyLength, repuraiShape } from './repurai.ts';

const { live, test } = reporiskShapes;
const crcOfPrefix = { live: crcOf(live.prefix), test: crcOf(test.prefix) };
const separator = 0x5f; // '_'

// The parts of a key that an ASCII character may stand in, as bits.
const inImportedKey = 1;
const inPayload = 2;
const uses: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[0-9A-Za-z]/.test(character)) return inPayload | inImportedKey;
  return /[-_]/.test(character) ? inImportedKey : 0;
});

/** Whether a text has the length of a key of some format. */
export function hasKeyLength({ length }: string): boolean {
  return length === keyLength || length === platformKeyLength || length === repuraiKeyLength;
}

/**
 * Recognizes a key by its text alone, without any lookup: the first step of every verification.
 * Never throws, allocates nothing, and looks at no text of another length.
 *
 * @param text - the text presented as a key.
 * @returns the shape, one of a few shared frozen objects; null when the text is no key. A live key
 * whose checksum fails comes back as `importedShape`: it can only be an imported one.
 * @example
 * ```ts
 * import { recognizeKey } from '@reporisk/api-access/core';
 * recognizeKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW')?.checksummed; // true
 * recognizeKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_abcdef')?.checksummed; // false
 * recognizeKey('sk_live_4eC39HqLyjWDarjtT1zdp7dc'); // null
 * ```
 */
export function recognizeKey(text: string): KeyShape | null {
  if (typeof text !== 'string') return null;
  // No two formats have one length.
  if (text.length === platformKeyLength) return isPlatformKey(text) ? platformShape : null;
  if (text.length === repuraiKeyLength) return isRepuraiKey(text) ? repuraiShape : null;
  if (text.length !== keyLength) return null;
  const shape = text.startsWith(live.prefix) ? live : text.startsWith(test.prefix) ? test : null;
  if (shape === null) return null;

  // One pass for both the characters and the checksum: reading a string's characters is what costs.
  let crc = crcOfPrefix[shape.environment];
  let use = inPayload | inImportedKey;
  for (let i = prefixLength; i < bodyLength; i++) {
    const code = text.charCodeAt(i);
    crc = crcStep(crc, code);
    use &= uses[code] ?? 0;
  }
  if (
    (use & inPayload) !== 0 &&
    text.charCodeAt(bodyLength) === separator &&
    endsWithChecksum(text, crc)
  ) {
    return shape;
  }
  if (shape === test) return null;
  for (let i = bodyLength; i < keyLength; i++) use &= uses[text.charCodeAt(i)] ?? 0;
  return (use & inImportedKey) !== 0 ? importedShape : null;
}
