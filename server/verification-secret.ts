import { masked, wrong } from './config/config-error.ts';
import { deriveKeys, type Keys } from './keys.ts';

/** The keys that verifying takes, and no other. */
export type VerificationKeys = Pick<Keys, 'pepper' | 'announcements'>;

const secretLength = 32;
const keyLength = 32;

/** What each secret looks like, to follow "it takes". */
const forms = {
  serverSecret: `${secretLength} bytes: SERVER_SECRET, decoded from base64`,
  verificationSecret: `${2 * keyLength} bytes: what \`cli secret verification\` prints, decoded from base64`,
};

/**
 * Derives the part of the server's secret that a service which embeds verification needs. It verifies
 * keys and signs acknowledgements; it decrypts no credential and signs no row of the audit log.
 *
 * @returns 64 bytes: the pepper, then the key of announcements.
 */
export function verificationSecretOf(serverSecret: Uint8Array): Uint8Array {
  const { pepper, announcements } = deriveKeys(serverSecret);
  return Uint8Array.from([...pepper, ...announcements]);
}

/** One secret of the two kinds; absent or null where there is none. */
export interface GivenSecrets {
  readonly serverSecret?: Uint8Array | null;
  readonly verificationSecret?: Uint8Array | null;
}

/**
 * The keys of whichever secret was given.
 *
 * @param suffix - what the options' names end in, for the message.
 * @returns null where neither was given.
 * @throws {ConfigError} for both at once, and for anything but bytes of the right number.
 */
export function verificationKeys(given: GivenSecrets, suffix = ''): VerificationKeys | null {
  const { serverSecret = null, verificationSecret = null } = given;
  if (verificationSecret === null) {
    return serverSecret === null
      ? null
      : deriveKeys(bytes(`serverSecret${suffix}`, serverSecret, secretLength, forms.serverSecret));
  }
  const name = `verificationSecret${suffix}`;
  if (serverSecret !== null) throw wrong(name, `given beside serverSecret${suffix}`, 'its place');
  const both = bytes(name, verificationSecret, 2 * keyLength, forms.verificationSecret);
  return { pepper: both.slice(0, keyLength), announcements: both.slice(keyLength) };
}

/** Programs in JavaScript give texts as well. */
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
