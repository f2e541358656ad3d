import {
  allDialects,
  type Dialect,
  type Environment,
  type RateLimit,
  readExtraScopes,
} from '../../core/mod.ts';
import { extraScopesForm } from '../../core/policy/extra-scopes.ts';
import {
  readAnthropicBaseUrl,
  readDatabaseListenUrl,
  readDatabaseUrl,
  readHost,
  readPort,
  readRedisUrl,
  readTrustedProxies,
} from './addresses.ts';
import { type ClerkSettings, readClerk } from './clerk.ts';
import { missing, shown, wrong } from './config-error.ts';
import { readServerSecret, secretForm } from './secret.ts';
import { refuseMisspelt, type SettingName } from './setting-names.ts';

export type { ClerkSettings } from './clerk.ts';

/** Every setting of the server, checked. */
export interface Config {
  readonly host: string;
  /** 0 picks any free port. */
  readonly port: number;
  readonly databaseUrl: string;
  /** A direct connection, where a pooler sits before the database. */
  readonly databaseListenUrl: string | null;
  /** 32 bytes; null means that a file in the data folder holds it. */
  readonly serverSecret: Uint8Array | null;
  /** Accepted during a change of the secret. */
  readonly serverSecretPrevious: Uint8Array | null;
  /** Null means demo mode. */
  readonly clerk: ClerkSettings | null;
  readonly anthropicBaseUrl: string;
  /** The id of the model that reads submissions. */
  readonly anthropicModel: string;
  readonly redisUrl: string | null;
  /** CIDR blocks in canonical form. */
  readonly trustedProxies: readonly string[];
  /** Per organization; null means none. */
  readonly platformRateLimit: RateLimit | null;
  /** Per address; null means none. */
  readonly failedAuthRateLimit: RateLimit | null;
  /** The published key formats that are switched on; `reporisk` always is. */
  readonly dialects: readonly Dialect[];
  /** The scopes of services that embed the verifier, in the form of `readExtraScopes`. */
  readonly extraScopes: readonly string[];
  /** The environments whose keys `/auth/verify` accepts. */
  readonly forwardAuthEnvironments: readonly Environment[];
  /** The processes of one start. */
  readonly workers: number;
  readonly logLevel: string;
  /** Null means pretty on a terminal, and JSON elsewhere. */
  readonly logFormat: LogFormat | null;
  readonly production: boolean;
}

const logFormats = ['json', 'pretty'] as const;

/** Lines of JSON, or lines for people. */
export type LogFormat = (typeof logFormats)[number];

const environments = ['production', 'development', 'test'];
const keyEnvironments: readonly Environment[] = ['live', 'test'];
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads the settings from environment variables; an empty one counts as absent.
 *
 * @param env - `process.env`.
 * @throws {ConfigError} with one line that names the variable, what it got (secrets masked) and what
 * it takes.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = new Map(
    Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  const get = (name: SettingName, fallback: string) => given.get(name) ?? fallback;
  const list = (name: SettingName) => [
    ...new Set(get(name, '').split(',').map(trim).filter(Boolean)),
  ];
  const read = <T>(name: SettingName, reader: (value: string) => T): T | null => {
    const value = given.get(name);
    return value === undefined ? null : reader(value);
  };
  const secret = (name: SettingName) => read(name, (value) => readServerSecret(name, value.trim()));

  const production =
    oneOf('NODE_ENV', get('NODE_ENV', 'development'), environments) === 'production';
  const clerk = readClerk(given, list);
  refuseMisspelt(given.keys());
  const databaseUrl = readDatabaseUrl(get('DATABASE_URL', 'sqlite:.data/reporisk.db'));
  const config: Config = {
    host: readHost(get('HOST', '127.0.0.1'), clerk === null && !production),
    port: readPort(get('PORT', '8787')),
    databaseUrl,
    databaseListenUrl: read('DATABASE_LISTEN_URL', (value) =>
      readDatabaseListenUrl(value, databaseUrl),
    ),
    serverSecret: secret('SERVER_SECRET'),
    serverSecretPrevious: secret('SERVER_SECRET_PREVIOUS'),
    clerk,
    anthropicBaseUrl: readAnthropicBaseUrl(get('ANTHROPIC_BASE_URL', 'https://api.anthropic.com')),
    anthropicModel: anthropicModel(get('ANTHROPIC_MODEL', 'claude-sonnet-5-5')),
    redisUrl: read('REDIS_URL', readRedisUrl),
    trustedProxies: readTrustedProxies(list('TRUSTED_PROXIES')),
    platformRateLimit: rateLimit('PLATFORM_RATE_LIMIT', get('PLATFORM_RATE_LIMIT', '600/60')),
    failedAuthRateLimit: rateLimit(
      'FAILED_AUTH_RATE_LIMIT',
      get('FAILED_AUTH_RATE_LIMIT', '60/60'),
    ),
    dialects: dialects(list('DIALECTS')),
    extraScopes: extraScopes(list('EXTRA_SCOPES')),
    forwardAuthEnvironments: forwardAuthEnvironments(list('FORWARD_AUTH_ENVIRONMENTS')),
    workers: workers(get('WORKERS', '1')),
    logLevel: oneOf('LOG_LEVEL', get('LOG_LEVEL', 'info'), logLevels),
    logFormat: read('LOG_FORMAT', (value) => oneOf('LOG_FORMAT', value, logFormats)),
    production,
  };
  assertComplete(config);
  return config;
}

/** A production without its own identity provider and secret would protect nothing. */
function assertComplete({ production, clerk, serverSecret, serverSecretPrevious }: Config): void {
  if (production && clerk === null) {
    throw missing('CLERK_JWT_KEY', "Clerk's public key in PEM, always when NODE_ENV is production");
  }
  if (production && serverSecret === null) {
    throw missing('SERVER_SECRET', `${secretForm}, always when NODE_ENV is production`);
  }
  if (serverSecret && serverSecretPrevious && !Buffer.compare(serverSecret, serverSecretPrevious)) {
    const takes = 'the secret that was replaced, or nothing';
    throw wrong('SERVER_SECRET_PREVIOUS', 'the same as SERVER_SECRET', takes);
  }
}

function rateLimit(name: string, value: string): RateLimit | null {
  if (value === 'off') return null;
  const [limit = 0, windowSeconds = 0] = /^\d{1,7}\/\d{1,5}$/.test(value)
    ? value.split('/').map(Number)
    : [];
  if (limit < 1 || windowSeconds < 1 || windowSeconds > 86_400) {
    throw wrong(name, shown(value), 'REQUESTS/SECONDS such as 600/60 (at most 86400 s), or off');
  }
  return { limit, windowSeconds };
}

function workers(value: string): number {
  if (/^\d{1,2}$/.test(value) && Number(value) >= 1 && Number(value) <= 64) return Number(value);
  throw wrong('WORKERS', shown(value), 'a number of processes from 1 to 64');
}

function anthropicModel(value: string): string {
  if (/^[\w.:@-]{1,100}$/.test(value)) return value;
  throw wrong('ANTHROPIC_MODEL', shown(value), 'the id of a model such as claude-sonnet-5-5');
}

function dialects(values: readonly string[]): readonly Dialect[] {
  const given = values.map((each) => oneOf('DIALECTS', each, allDialects));
  return allDialects.filter((each) => each === 'reporisk' || given.includes(each));
}

function extraScopes(values: readonly string[]): readonly string[] {
  try {
    readExtraScopes(values);
    return values;
  } catch {
    throw wrong('EXTRA_SCOPES', shown(values.join()), extraScopesForm);
  }
}

function forwardAuthEnvironments(values: readonly string[]): readonly Environment[] {
  const given = values.map((each) => oneOf('FORWARD_AUTH_ENVIRONMENTS', each, keyEnvironments));
  return given.length === 0 ? ['live'] : given;
}

function oneOf<Value extends string>(
  name: string,
  value: string,
  permitted: readonly Value[],
): Value {
  const found = permitted.find((each) => each === value);
  if (found !== undefined) return found;
  throw wrong(name, shown(value), permitted.join(', '));
}

function trim(text: string): string {
  return text.trim();
}
