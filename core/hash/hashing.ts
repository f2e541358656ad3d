import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * HMAC-SHA-256 under one key. Text in, text out: turning bytes into text and back is most of the cost
 * of a short message, and a runtime's own digests can spare it.
 *
 * @param message - the message.
 * @param encoding - `utf8` for the bytes of a text, `hex` for bytes written as hexadecimal digits.
 * @returns 64 lower-case hexadecimal characters.
 */
export type Mac = (message: string, encoding: 'utf8' | 'hex') => string;

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
   * @returns the function from a message to its code.
   */
  hmacSha256(key: Uint8Array): Mac;
}

/**
 * The digests in portable JavaScript, by `@noble/hashes`: the same on every runtime.
 *
 * @example
 * ```ts
 * import { nobleHashing } from '@reporisk/api-access/core';
 * nobleHashing.sha256('abc').slice(0, 8); // 'ba7816bf'
 * ```
 */
export const nobleHashing: Hashing = Object.freeze({
  sha256: (text: string): string => bytesToHex(sha256(utf8ToBytes(text))),
  hmacSha256: (key: Uint8Array): Mac => {
    // Hashing the two pads is half the work of a short HMAC: done once here, cloned per message.
    const prepared = hmac.create(sha256, key);
    return (message, encoding) => {
      const bytes = encoding === 'hex' ? hexToBytes(message) : utf8ToBytes(message);
      return bytesToHex(prepared.clone().update(bytes).digest());
    };
  },
});
