import { masked, wrong } from './config-error.ts';

const secretLength = 32;

/** The form of a server secret, to follow "it takes". */
export const secretForm = '32 random bytes in base64 (openssl rand -base64 32)';

/**
 * Decodes base64 (either alphabet, padded or not) and nothing that merely resembles it: Node skips
 * unknown characters, so a mangled secret would silently be another one.
 *
 * @returns the bytes, or null.
 */
export function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  const bare = text
    .replace(/={0,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  return bytes.toString('base64').replaceAll('=', '') === bare ? new Uint8Array(bytes) : null;
}

/**
 * Reads a server secret.
 *
 * @param name - the variable or file that holds it.
 * @throws {ConfigError} that names its length only.
 */
export function readServerSecret(name: string, value: string): Uint8Array {
  const secret = decodeBase64(value);
  if (secret?.length !== secretLength) throw wrong(name, masked(value), secretForm);
  return secret;
}
