import { createHash } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { RandomSource } from '../core/mod.ts';

/** Keeps customers' own secrets encrypted in the database. */
export interface Sealer {
  /** What everything sealed under the present key begins with; other sealed text awaits a change. */
  readonly prefix: string;
  /** The same of the key that is being replaced; null when none is. */
  readonly previousPrefix: string | null;
  /**
   * Seals a secret.
   *
   * @param owner - whose it is; it can be opened for the same one only.
   */
  seal(secret: string, owner: string): string;
  /**
   * Opens what was sealed, also under the previous key.
   *
   * @throws when it was altered, is another owner's, or was sealed under another key.
   */
  open(sealed: string, owner: string): string;
}

/**
 * XChaCha20-Poly1305 with a random nonce, the owner as associated data.
 *
 * @param key - 32 bytes; see `deriveKeys`.
 * @param previous - the key that is being replaced; null when none is.
 */
export function createSealer(
  key: Uint8Array,
  previous: Uint8Array | null,
  random: RandomSource,
): Sealer {
  const prefix = prefixOf(key);
  const keys = new Map([[prefix, key]]);
  if (previous !== null) keys.set(prefixOf(previous), previous);
  return {
    prefix,
    previousPrefix: previous === null ? null : prefixOf(previous),
    seal(secret, owner) {
      const nonce = random(24);
      const cipher = xchacha20poly1305(key, nonce, Buffer.from(owner));
      const sealed = Buffer.concat([nonce, cipher.encrypt(Buffer.from(secret))]);
      return prefix + sealed.toString('base64url');
    },
    open(sealed, owner) {
      const end = sealed.lastIndexOf('.') + 1;
      const under = keys.get(sealed.slice(0, end));
      if (under === undefined) throw new Error('sealed under another SERVER_SECRET');
      const bytes = Buffer.from(sealed.slice(end), 'base64url');
      const cipher = xchacha20poly1305(under, bytes.subarray(0, 24), Buffer.from(owner));
      return Buffer.from(cipher.decrypt(bytes.subarray(24))).toString();
    },
  };
}

/** A form's version and a key's name; its digest's first bytes say nothing about the key. */
function prefixOf(key: Uint8Array): string {
  return `v1.${createHash('sha256').update(key).digest('hex').slice(0, 12)}.`;
}
