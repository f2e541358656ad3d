import type { Dialect, Environment } from './key-shape.ts';
import { maskKey } from './preview.ts';
import { recognizeKey } from './recognize-key.ts';
import { importedShape } from './reporisk.ts';

/** The parts of a key that may be stored and shown: everything but the secret. */
export interface ParsedKey {
  /** The format the key is written in. */
  readonly dialect: Dialect;
  /** The environment that the prefix names. */
  readonly environment: Environment;
  /** The prefix, for example `rrk_live_`. */
  readonly prefix: string;
  /** The four characters after the prefix. */
  readonly first4: string;
  /** The last four characters. */
  readonly last4: string;
  /** Prefix, first four, four U+2022, last four. */
  readonly preview: string;
}

/**
 * Parses a key of any format. Keys of the imported shape are not parsed: they may as well be RepoRisk
 * keys with a typing error.
 *
 * @param text - the candidate key.
 * @returns its parts; null when the text is no key or its checksum fails.
 * @example
 * ```ts
 * import { parseKey } from '@reporisk/api-access/core';
 * parseKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW')?.environment; // 'live'
 * parseKey('rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_abcdef'); // null
 * ```
 */
export function parseKey(text: string): ParsedKey | null {
  const shape = recognizeKey(text);
  if (shape === null || shape === importedShape) return null;
  const { dialect, environment, prefix } = shape;
  const first4 = text.slice(prefix.length, prefix.length + 4);
  return { dialect, environment, prefix, first4, last4: text.slice(-4), preview: maskKey(text) };
}
