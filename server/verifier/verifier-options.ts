import {
  allEnvironments,
  type Environment,
  type Outcome,
  readExtraScopes,
  type VerifyRequest,
} from '../../core/mod.ts';
import { extraScopesForm } from '../../core/policy/extra-scopes.ts';
import { readDatabaseListenUrl, readDatabaseUrl, readRedisUrl } from '../config/addresses.ts';
import { ConfigError, missing, shown, wrong } from '../config/config-error.ts';

/** Options for a verifier in another service: the database, and one of the two secrets. */
export interface OpenVerifierOptions<Written extends string = never> {
  /** `postgresql://…` or `sqlite:PATH`: the database of the RepoRisk server, with its tables. */
  readonly databaseUrl: string;
  /** A direct PostgreSQL address, where a pooler stands before the database. */
  readonly databaseListenUrl?: string | null;
  /**
   * `redis://…`: the server's `REDIS_URL`, where it has one. Without it, rate limits of keys are
   * counted in PostgreSQL, together with the server's. On SQLite each process counts for itself.
   */
  readonly redisUrl?: string | null;
  /** 32 bytes: what `cli secret verification` prints, decoded from base64. */
  readonly verificationSecret?: Uint8Array | null;
  /** The previous one, during a change. */
  readonly verificationSecretPrevious?: Uint8Array | null;
  /** 32 bytes: `SERVER_SECRET`, decoded. It also decrypts credentials; prefer `verificationSecret`. */
  readonly serverSecret?: Uint8Array | null;
  /** The previous one, during a change. */
  readonly serverSecretPrevious?: Uint8Array | null;
  /** The environments whose keys are accepted, unless a request names others; `live` only when absent. */
  readonly environments?: readonly Environment[];
  /**
   * The scopes of this service, for example `['billing:read']`; the server's `EXTRA_SCOPES` has them
   * too. None when absent.
   */
  readonly extraScopes?: readonly Written[];
  /** False to record neither calls, nor the last use of a key, nor refused attempts. */
  readonly usage?: boolean;
  /** False to leave the rate limits of keys uncounted. */
  readonly limits?: boolean;
  /**
   * Called with each outcome and its request. Errors that it throws or rejects with go to
   * `onError`.
   */
  readonly onOutcome?: (outcome: Outcome, request: VerifyRequest | undefined) => void;
  /**
   * Called with the cause of each outcome `unavailable`, with temporary failures, such as a lost
   * renewal, and with a warning where the database role may write more than it needs. Each becomes
   * a warning of the process when absent. Its own errors and rejections are ignored.
   */
  readonly onError?: (error: unknown) => void;
}

type Kind = 'text' | 'bytes' | 'boolean' | 'function' | 'environments' | 'scopes';

/** Every option with its kind of value. The type makes a forgotten option a compile error. */
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
  extraScopes: 'scopes',
  onOutcome: 'function',
  onError: 'function',
};

/** The values of each kind, and its name in `typeof`; the keyring checks bytes. */
const takes: {
  readonly [K in Exclude<Kind, 'bytes' | 'environments' | 'scopes'>]: readonly [
    type: string,
    takes: string,
  ];
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
export function readVerifierOptions(options: OpenVerifierOptions<string>): VerifierAddresses {
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
    if (kind === 'scopes') {
      if (!areExtraScopes(value)) throw wrong(name, shown(String(value)), extraScopesForm);
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

function areExtraScopes(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  try {
    readExtraScopes(value.map(String));
    return true;
  } catch {
    return false;
  }
}

function isOption(name: string): name is keyof OpenVerifierOptions {
  return Object.hasOwn(kinds, name);
}
