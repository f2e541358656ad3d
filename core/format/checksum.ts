import { base62Code, toBase62 } from './base62.ts';

/** How many characters a checksum has: 62^6 is the first power above 2^32. */
export const checksumLength = 6;

// CRC-32/ISO-HDLC: polynomial 0x04c11db7, reflected, initial value and final xor all ones.
const table: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/**
 * CRC-32 (ISO-HDLC) of the first characters of an ASCII text.
 *
 * @param text - ASCII; of any other character only the low eight bits count.
 * @param length - how many characters to cover; all when absent.
 * @returns an unsigned 32-bit integer.
 */
export function crc32(text: string, length: number = text.length): number {
  let crc = -1;
  for (let i = 0; i < length; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}

/**
 * The checksum of a key's prefix and payload.
 *
 * @param body - prefix and payload, ASCII.
 * @returns CRC-32 in base 62, six characters.
 */
export function checksumOf(body: string): string {
  return toBase62(crc32(body), checksumLength);
}

/**
 * Whether the last six characters of a text are the checksum of its first ones. Compares digit by
 * digit and builds no string: this runs for every request. It need not take constant time, because a
 * checksum tells nothing that its body does not.
 *
 * @param text - the whole key.
 * @param bodyLength - how many characters the checksum covers.
 * @returns true when they agree.
 */
export function endsWithChecksum(text: string, bodyLength: number): boolean {
  let rest = crc32(text, bodyLength);
  for (let i = text.length - 1; i >= text.length - checksumLength; i--) {
    const next = Math.floor(rest / 62);
    if (text.charCodeAt(i) !== base62Code(rest - next * 62)) return false;
    rest = next;
  }
  return true;
}
