import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The two digests everything else is built on, both synchronous. A runtime with faster ones passes
 * its own.
 */
export interface Hashing {
  /**
   * SHA-256 of a text's UTF-8 bytes.
   *
   * @param text - the text.
   * @returns 64 lower-case hexadecimal characters.
   */
  sha256(text: string): string;

  /**
   * HMAC-SHA-256 under one key, prepared once for many messages.
   *
   * @param key - the key; not kept, so the caller may wipe it.
   * @returns the function from a message to its 32 bytes.
   */
  hmacSha256(key: Uint8Array): (message: Uint8Array) => Uint8Array;
}

/**
 * The digests in portable JavaScript, by `@noble/hashes`: the same on every runtime.
 *
 * @example
 * ```ts
 * import { nobleHashing } from './mod.ts';
 * nobleHashing.sha256('abc').slice(0, 8); // 'ba7816bf'
 * ```
 */
export const nobleHashing: Hashing = Object.freeze({
  sha256: (text: string): string => bytesToHex(sha256(utf8ToBytes(text))),
  hmacSha256: (key: Uint8Array): ((message: Uint8Array) => Uint8Array) => {
    // Hashing the two pads is half the work of a short HMAC: done once here, cloned per message.
    const prepared = hmac.create(sha256, key);
    return (message) => prepared.clone().update(message).digest();
  },
});
