import { base62Code, toBase62 } from './base62.ts';

/** The length of a checksum in characters: 62^6 is the first power above 2^32. */
export const checksumLength = 6;

// CRC-32/ISO-HDLC: polynomial 0x04c11db7, reflected, initial value and final xor all ones.
const table: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/**
 * Feeds characters to a CRC-32 (ISO-HDLC).
 *
 * @param text - ASCII; of any other character only the low eight bits count.
 * @param state - the state so far; a fresh one when absent.
 * @returns the state after the text, for `crcStep` or `endsWithChecksum`.
 */
export function crcOf(text: string, state = -1): number {
  for (let i = 0; i < text.length; i++) state = crcStep(state, text.charCodeAt(i));
  return state;
}

/**
 * Feeds one character to a CRC-32.
 *
 * @param state - the state so far.
 * @param code - the character's code.
 * @returns the state after it.
 */
export function crcStep(state: number, code: number): number {
  return (state >>> 8) ^ (table[(state ^ code) & 0xff] ?? 0);
}

/**
 * The checksum of a key's prefix and payload.
 *
 * @param body - prefix and payload, ASCII.
 * @returns CRC-32 in base 62, six characters.
 */
export function checksumOf(body: string): string {
  return toBase62(~crcOf(body) >>> 0, checksumLength);
}

/**
 * Whether a text ends with the checksum that a CRC-32 came to. Compares digit by digit and builds no
 * string: this runs for every request. It need not take constant time: a checksum reveals nothing
 * beyond its body.
 *
 * @param text - the whole key.
 * @param state - the state after prefix and payload.
 * @returns true when the last six characters are that checksum.
 */
export function endsWithChecksum(text: string, state: number): boolean {
  let rest = ~state >>> 0;
  for (let place = 1; place <= checksumLength; place++) {
    const next = (rest / 62) >>> 0;
    if (text.charCodeAt(text.length - place) !== base62Code(rest - next * 62)) return false;
    rest = next;
  }
  return true;
}
