import { createHash } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { type RandomSource, secureRandom } from '../../core/mod.ts';
import type { ChangingKey } from './keyring.ts';

/** Keeps customers' own secrets encrypted in the database. */
export interface Encryption {
  /** The first characters of every text sealed under the key in use. */
  prefix(): string;
  /**
   * Seals a secret.
   *
   * @param owner - the secret's owner; it opens for the same owner only.
   */
  encrypt(secret: string, owner: string): string;
  /**
   * Opens a sealed secret, under any accepted key.
   *
   * @throws when it was altered, is another owner's, or was sealed under another key.
   */
  decrypt(sealed: string, owner: string): string;
}

/**
 * XChaCha20-Poly1305 with a random nonce, the owner as associated data.
 *
 * @param key - see `deriveKeys`.
 */
export function createEncryption(
  key: ChangingKey,
  random: RandomSource = secureRandom,
): Encryption {
  const keys = new Map(key.accepted.map((each) => [prefixOf(each), each]));
  return {
    prefix: () => prefixOf(key.current()),
    encrypt(secret, owner) {
      const nonce = random(24);
      const current = key.current();
      const cipher = xchacha20poly1305(current, nonce, Buffer.from(owner));
      const sealed = Buffer.concat([nonce, cipher.encrypt(Buffer.from(secret))]);
      return prefixOf(current) + sealed.toString('base64url');
    },
    decrypt(sealed, owner) {
      const end = sealed.lastIndexOf('.') + 1;
      const under = keys.get(sealed.slice(0, end));
      if (under === undefined) throw new Error('sealed under another SERVER_SECRET');
      const bytes = Buffer.from(sealed.slice(end), 'base64url');
      const cipher = xchacha20poly1305(under, bytes.subarray(0, 24), Buffer.from(owner));
      return Buffer.from(cipher.decrypt(bytes.subarray(24))).toString();
    },
  };
}

/**
 * The first characters of texts sealed under a key: the form's version and the key's name. The name
 * is the start of the key's digest, and reveals nothing about the key.
 */
export function prefixOf(key: Uint8Array): string {
  return `v1.${createHash('sha256').update(key).digest('hex').slice(0, 12)}.`;
}
