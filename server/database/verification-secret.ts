import { randomBytes } from 'node:crypto';
import { masked, missing, wrong } from '../config/config-error.ts';
import { deriveKeys, type Keys } from '../crypto/derived-keys.ts';
import { type Keyring, keyringOf } from '../crypto/keyring.ts';

const secretLength = 32;

/** The form of each secret, to follow "it takes". */
const forms = {
  serverSecret: `${secretLength} bytes: SERVER_SECRET, decoded from base64`,
  verificationSecret: `${secretLength} bytes: what \`cli secret verification\` prints, decoded from base64`,
};

/**
 * Derives the part of the server's secret that a service with embedded verification needs. It
 * verifies keys and the roles of service accounts; it decrypts no credential and signs no row of
 * the audit log.
 *
 * @returns 32 bytes.
 */
export function verificationSecretOf(serverSecret: Uint8Array): Uint8Array {
  return deriveKeys(serverSecret).pepper;
}

/** The present secret and the previous one, both of one of the two kinds. */
export interface GivenSecrets {
  readonly serverSecret?: Uint8Array | null;
  readonly serverSecretPrevious?: Uint8Array | null;
  readonly verificationSecret?: Uint8Array | null;
  readonly verificationSecretPrevious?: Uint8Array | null;
}

/**
 * The keyring of the given secrets. With verification secrets it neither decrypts nor signs: its
 * other keys are random.
 *
 * @throws {ConfigError} for none, for both kinds together, and for anything but bytes of the right
 * number.
 */
export function verifierKeyring(given: GivenSecrets): Keyring {
  const keys = keysOf(given.serverSecret ?? null, given.verificationSecret ?? null, '');
  if (keys === null) {
    throw missing('verificationSecret', `${secretLength} bytes, or serverSecret ${secretLength}`);
  }
  const { serverSecretPrevious = null, verificationSecretPrevious = null } = given;
  return keyringOf(keys, keysOf(serverSecretPrevious, verificationSecretPrevious, 'Previous'));
}

/** @param suffix - the suffix of the options' names in the message. */
function keysOf(
  serverSecret: Uint8Array | null,
  verificationSecret: Uint8Array | null,
  suffix: string,
): Keys | null {
  if (verificationSecret === null) {
    return serverSecret === null
      ? null
      : deriveKeys(bytes(`serverSecret${suffix}`, serverSecret, secretLength, forms.serverSecret));
  }
  const name = `verificationSecret${suffix}`;
  if (serverSecret !== null) throw wrong(name, `given beside serverSecret${suffix}`, 'its place');
  const pepper = bytes(name, verificationSecret, secretLength, forms.verificationSecret);
  return { ...deriveKeys(randomBytes(secretLength)), pepper };
}

/** JavaScript callers can pass text as well. */
function bytes(name: string, value: unknown, length: number, takes: string): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value;
  const got =
    value instanceof Uint8Array
      ? `${value.length} bytes`
      : typeof value === 'string'
        ? `a text, ${masked(value)}`
        : `a value of type ${typeof value}`;
  throw wrong(name, got, takes);
}
