import { allEnvironments } from '../../core/mod.ts';
import { readDatabaseListenUrl, readDatabaseUrl, readRedisUrl } from '../config/addresses.ts';
import { ConfigError, missing, shown, wrong } from '../config/config-error.ts';
import type { OpenVerifierOptions } from '../store.ts';

type Kind = 'text' | 'bytes' | 'boolean' | 'function' | 'environments';

/** Every option, and what it takes. The type makes a forgotten one an error. */
const kinds: { readonly [Name in keyof Required<OpenVerifierOptions>]: Kind } = {
  databaseUrl: 'text',
  databaseListenUrl: 'text',
  redisUrl: 'text',
  verificationSecret: 'bytes',
  verificationSecretPrevious: 'bytes',
  serverSecret: 'bytes',
  serverSecretPrevious: 'bytes',
  usage: 'boolean',
  limits: 'boolean',
  environments: 'environments',
  onOutcome: 'function',
  onError: 'function',
};

/** What each kind takes, and its name in `typeof`; the keyring looks at bytes. */
const takes: {
  readonly [K in Exclude<Kind, 'bytes' | 'environments'>]: readonly [type: string, takes: string];
} = {
  text: ['string', 'a text'],
  boolean: ['boolean', 'true or false'],
  function: ['function', 'a function'],
};

/** The addresses among a verifier's options. */
export interface VerifierAddresses {
  readonly databaseUrl: string;
  readonly databaseListenUrl: string | null;
  readonly redisUrl: string | null;
}

/**
 * Reads a verifier's options. Programs in JavaScript misspell a name or give a wrong kind of value
 * unnoticed, and would go on without a callback or a limit.
 *
 * @throws {ConfigError} with one line that names the option and what it takes.
 */
export function readVerifierOptions(options: OpenVerifierOptions): VerifierAddresses {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const [name, value] of Object.entries(given)) {
    if (!isOption(name)) {
      const names = Object.keys(kinds).join(', ');
      throw new ConfigError(`${shown(name)} is no option of openVerifier: it takes ${names}`);
    }
    const kind = kinds[name];
    if (kind === 'bytes' || value === undefined || value === null) continue;
    if (kind === 'environments') {
      if (!isEnvironments(value))
        throw wrong(name, shown(String(value)), '["live"] or ["live", "test"]');
      continue;
    }
    const [type, form] = takes[kind];
    if (typeof value !== type) throw wrong(name, `a value of type ${typeof value}`, form);
  }
  const { databaseUrl, databaseListenUrl, redisUrl } = options;
  if (databaseUrl === undefined || databaseUrl === null || databaseUrl === '') {
    throw missing('databaseUrl', 'sqlite:PATH or postgresql://USER@HOST/DATABASE');
  }
  return {
    databaseUrl: readDatabaseUrl(databaseUrl, 'databaseUrl'),
    databaseListenUrl: databaseListenUrl
      ? readDatabaseListenUrl(databaseListenUrl, databaseUrl, 'databaseListenUrl')
      : null,
    redisUrl: redisUrl ? readRedisUrl(redisUrl, 'redisUrl') : null,
  };
}

function isEnvironments(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => allEnvironments.some((environment) => environment === each))
  );
}

function isOption(name: string): name is keyof OpenVerifierOptions {
  return Object.hasOwn(kinds, name);
}
