import { createPublicKey } from 'node:crypto';
import { ConfigError, masked, missing, shown, wrong } from './config-error.ts';
import { decodeBase64 } from './secret.ts';
import { clerkSettings, type SettingName } from './setting-names.ts';

/** Settings that verify Clerk's sessions, webhooks and records. */
export interface ClerkSettings {
  /** PEM. */
  readonly jwtKey: string;
  readonly issuer: string | null;
  /** Origins; empty means that `azp` is not checked. */
  readonly authorizedParties: readonly string[];
  readonly publishableKey: string | null;
  readonly secretKey: string | null;
  readonly webhookSigningSecret: string | null;
}

const jwtKeyForm = "Clerk's RSA public key in PEM (API keys → JWT public key)";

/**
 * Reads the Clerk settings.
 *
 * @param env - every variable that is set and not empty.
 * @returns null when none is set.
 * @throws {ConfigError} also for an unknown name: a misspelled setting protects nothing.
 */
export function readClerk(
  env: ReadonlyMap<string, string>,
  list: (variable: SettingName) => string[],
): ClerkSettings | null {
  const given = [...env.keys()].filter((name) => name.startsWith('CLERK_'));
  for (const name of given) {
    if (!clerkSettings.some((setting) => setting === name)) {
      throw new ConfigError(
        `${name} is not a setting: those of Clerk are ${clerkSettings.join(', ')}`,
      );
    }
  }
  if (given.length === 0) return null;
  const jwtKey = env.get('CLERK_JWT_KEY');
  if (jwtKey === undefined) throw missing('CLERK_JWT_KEY', jwtKeyForm);
  const read = <T>(name: SettingName, reader: (value: string) => T): T | null => {
    const value = env.get(name);
    return value === undefined ? null : reader(value);
  };
  const settings = {
    jwtKey: readJwtKey(jwtKey),
    issuer: read('CLERK_ISSUER', readIssuer),
    authorizedParties: list('CLERK_AUTHORIZED_PARTIES').map(readAuthorizedParty),
    publishableKey: read('CLERK_PUBLISHABLE_KEY', readPublishableKey),
    secretKey: read('CLERK_SECRET_KEY', readSecretKey),
    webhookSigningSecret: read('CLERK_WEBHOOK_SIGNING_SECRET', readSigningSecret),
  };
  assertSameInstance(settings);
  return settings;
}

/** Environment files often hold a PEM on one line, with `\n` spelled out. */
function readJwtKey(value: string): string {
  const pem = `${value.replaceAll('\\n', '\n').trim()}\n`;
  if (pem.includes('PRIVATE KEY')) throw wrong('CLERK_JWT_KEY', 'a private key', jwtKeyForm);
  let type: string | undefined;
  try {
    type = createPublicKey(pem).asymmetricKeyType;
  } catch {
    throw wrong('CLERK_JWT_KEY', masked(value), jwtKeyForm);
  }
  if (type !== 'rsa') throw wrong('CLERK_JWT_KEY', `a key of type ${type}`, jwtKeyForm);
  return pem;
}

/** Compared with `iss` as text, so only Clerk's own spelling is accepted. */
function readIssuer(value: string): string {
  const url = URL.parse(value);
  const written = url === null ? '' : `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (url?.protocol !== 'https:' || value !== written) {
    throw wrong(
      'CLERK_ISSUER',
      shown(value),
      "Clerk's Frontend API URL: https://…, without a slash at the end",
    );
  }
  return value;
}

function readAuthorizedParty(value: string): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== value) {
    const takes = 'origins such as https://app.example.com, separated by commas';
    throw wrong('CLERK_AUTHORIZED_PARTIES', shown(value), takes);
  }
  return value;
}

/** The part behind `pk_live_` is the Frontend API's host and a `$`, in base64. */
function readPublishableKey(value: string): string {
  const encoded = /^pk_(?:test|live)_([A-Za-z0-9+/=]+)$/.exec(value)?.[1] ?? '';
  if (!/^[a-z0-9.-]+\.[a-z0-9-]+(:\d+)?\$$/i.test(Buffer.from(encoded, 'base64').toString())) {
    throw wrong('CLERK_PUBLISHABLE_KEY', shown(value), "Clerk's pk_live_… or pk_test_…");
  }
  return value;
}

function readSecretKey(value: string): string {
  if (!/^sk_(test|live)_\w+$/.test(value)) {
    throw wrong('CLERK_SECRET_KEY', masked(value), "Clerk's sk_live_… or sk_test_…");
  }
  return value;
}

function readSigningSecret(value: string): string {
  const secret = value.startsWith('whsec_') ? decodeBase64(value.slice('whsec_'.length)) : null;
  if (secret === null || secret.length === 0) {
    throw wrong('CLERK_WEBHOOK_SIGNING_SECRET', masked(value), 'whsec_ and base64');
  }
  return value;
}

/** Keys of a development and of a production instance together can only be a mistake. */
function assertSameInstance({ publishableKey, secretKey }: ClerkSettings): void {
  const environment = publishableKey?.split('_')[1];
  if (secretKey === null || environment === undefined) return;
  if (secretKey.split('_')[1] !== environment) {
    const takes = `sk_${environment}_…, because CLERK_PUBLISHABLE_KEY is pk_${environment}_…`;
    throw wrong('CLERK_SECRET_KEY', `${secretKey.slice(0, 'sk_live_'.length)}…`, takes);
  }
}
