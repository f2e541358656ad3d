import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../server/config/config.ts';
import { ConfigError } from '../../../server/config/config-error.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ed25519 = generateKeyPairSync('ed25519');
const otherPem = ed25519.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const secret = Buffer.alloc(32, 7).toString('base64');
const publishableKey = `pk_test_${Buffer.from('clerk.example.dev$').toString('base64')}`;
const clerk = { CLERK_JWT_KEY: pem };
const production = { NODE_ENV: 'production', SERVER_SECRET: secret, ...clerk };

test('loadConfig() has documented defaults', () => {
  expect(loadConfig({})).toEqual({
    host: '127.0.0.1',
    port: 8787,
    databaseUrl: 'sqlite:.data/reporisk.db',
    databaseListenUrl: null,
    serverSecret: null,
    serverSecretPrevious: null,
    clerk: null,
    anthropicBaseUrl: 'https://api.anthropic.com',
    anthropicModel: 'claude-sonnet-5-5',
    redisUrl: null,
    trustedProxies: [],
    platformRateLimit: { limit: 600, windowSeconds: 60 },
    failedAuthRateLimit: { limit: 60, windowSeconds: 60 },
    dialects: ['reporisk'],
    extraScopes: [],
    forwardAuthEnvironments: ['live'],
    logLevel: 'info',
    logFormat: null,
    workers: 1,
    production: false,
  });
});

test('loadConfig() reads every setting', () => {
  const config = loadConfig({
    ...production,
    HOST: '0.0.0.0',
    PORT: '0',
    DATABASE_URL: 'postgresql://reporisk:pw@db/reporisk',
    DATABASE_LISTEN_URL: 'postgresql://reporisk:pw@db-direct/reporisk',
    SERVER_SECRET_PREVIOUS: Buffer.alloc(32, 8).toString('base64url'),
    CLERK_ISSUER: 'https://clerk.example.dev',
    CLERK_AUTHORIZED_PARTIES: 'https://app.example.com, http://localhost:3000',
    CLERK_PUBLISHABLE_KEY: publishableKey,
    CLERK_SECRET_KEY: 'sk_test_abc',
    CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_c2VjcmV0',
    ANTHROPIC_BASE_URL: 'https://gateway.example.com/anthropic/',
    ANTHROPIC_MODEL: 'claude-haiku-4-5',
    REDIS_URL: 'rediss://:pw@cache:6380/1',
    TRUSTED_PROXIES: '10.0.0.0/8, 2001:DB8::1',
    PLATFORM_RATE_LIMIT: '5/1',
    FAILED_AUTH_RATE_LIMIT: 'off',
    DIALECTS: 'repurai, platform',
    EXTRA_SCOPES: 'billing:read, billing:charge=submit',
    FORWARD_AUTH_ENVIRONMENTS: 'live, test',
    WORKERS: '4',
    LOG_LEVEL: 'debug',
    LOG_FORMAT: 'pretty',
  });
  expect(config).toEqual({
    host: '0.0.0.0',
    port: 0,
    databaseUrl: 'postgresql://reporisk:pw@db/reporisk',
    databaseListenUrl: 'postgresql://reporisk:pw@db-direct/reporisk',
    serverSecret: new Uint8Array(32).fill(7),
    serverSecretPrevious: new Uint8Array(32).fill(8),
    clerk: {
      jwtKey: pem,
      issuer: 'https://clerk.example.dev',
      authorizedParties: ['https://app.example.com', 'http://localhost:3000'],
      publishableKey,
      secretKey: 'sk_test_abc',
      webhookSigningSecret: 'whsec_c2VjcmV0',
    },
    anthropicBaseUrl: 'https://gateway.example.com/anthropic',
    anthropicModel: 'claude-haiku-4-5',
    redisUrl: 'rediss://:pw@cache:6380/1',
    trustedProxies: ['10.0.0.0/8', '2001:db8::1/128'],
    platformRateLimit: { limit: 5, windowSeconds: 1 },
    failedAuthRateLimit: null,
    dialects: ['reporisk', 'platform', 'repurai'],
    extraScopes: ['billing:read', 'billing:charge=submit'],
    forwardAuthEnvironments: ['live', 'test'],
    logLevel: 'debug',
    logFormat: 'pretty',
    workers: 4,
    production: true,
  });
});

test('loadConfig() takes an empty variable as absent, also one of Clerk', () => {
  const empty = { PORT: '', CLERK_JWT_KEY: '', CLERK_UNKNOWN: '', SERVER_SECRET: '' };
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test('loadConfig() takes a PEM on one line, with \\n spelled out', () => {
  const oneLine = pem.trim().replaceAll('\n', '\\n');
  expect(loadConfig({ CLERK_JWT_KEY: oneLine }).clerk?.jwtKey).toBe(pem);
});

test.each(['127.0.0.1', '::1', 'localhost'])('demo mode listens on HOST=%s', (host) => {
  expect(loadConfig({ HOST: host }).host).toBe(host);
});

test.each([
  ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
  ['SERVER_SECERT', 'SERVER_SECRET'],
  ['CLRK_JWT_KEY', 'CLERK_JWT_KEY'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['database_url', 'DATABASE_URL'],
  ['DIALECT', 'DIALECTS'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['FAILED_AUTH_RATELIMIT', 'FAILED_AUTH_RATE_LIMIT'],
])('loadConfig() refuses %s, which nearly is a setting, without its value', (name, meant) => {
  const message = `${name} is not a setting: rename it to ${meant}, or unset it`;
  expect(() => loadConfig({ [name]: 'hunter2' })).toThrow(new ConfigError(message));
  expect(() => loadConfig({ [name]: '' })).not.toThrow();
});

test('loadConfig() leaves variables of other programs alone', () => {
  const others = [
    ...['HOSTNAME', 'DATABASE_USER', 'DATABASE_HOST', 'REDIS_PORT', 'REDIS_PASSWORD', 'PORTS'],
    ...['NODE_PATH', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE', 'LOG_FILE'],
    ...['DATABASE_SSL', 'DATABASE_TTL', 'REDIS_SSL', 'REDIS_TTL', 'METABASE_URL', 'NODE_EXE'],
    ...['REDIS_PORT_6379_TCP_ADDR', 'REDIS_URL_1', 'DD_LOG_LEVEL', 'ANTHROPIC_TOKEN'],
    ...['ANTHROPIC_API_KEY', 'VERIFICATION_SECRET', 'WORKER', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ];
  const env = Object.fromEntries(others.map((name) => [name, 'x']));
  expect(loadConfig(env)).toEqual(loadConfig({}));
});

const refused: [env: Record<string, string>, message: RegExp][] = [
  [{ HOST: '0.0.0.0' }, /^HOST is "0\.0\.0\.0": it takes 127\.0\.0\.1, ::1 or localhost in demo/],
  [{ HOST: 'a b', ...clerk }, /^HOST is "a b": it takes an IP address or a host name$/],
  [{ PORT: '65536' }, /^PORT is "65536": it takes an integer from 0/],
  [{ PORT: '8787.0' }, /^PORT is "8787\.0"/],
  [{ PORT: ' 8787' }, /^PORT is " 8787"/],
  [{ DATABASE_URL: 'sqlite:' }, /^DATABASE_URL is "sqlite:…": it takes sqlite:PATH or postgresql/],
  [{ DATABASE_URL: 'sqlite::memory:' }, /^DATABASE_URL is /],
  [{ DATABASE_URL: 'sqlite://data/reporisk.db' }, /^DATABASE_URL is /],
  [{ DATABASE_URL: 'mysql://root:hunter2@db/x' }, /^DATABASE_URL is "mysql:\/\/••••@db\/x"/],
  [{ DATABASE_LISTEN_URL: 'postgresql://db/x' }, /^DATABASE_LISTEN_URL is set: it takes a Postgre/],
  [{ DATABASE_LISTEN_URL: 'sqlite:x' }, /^DATABASE_LISTEN_URL is "sqlite:…": it takes postgresql/],
  [
    { SERVER_SECRET: 'hunter2' },
    /^SERVER_SECRET is a value of 7 characters: it takes 32 random by/,
  ],
  [{ SERVER_SECRET: `${secret.slice(0, -2)}!=` }, /^SERVER_SECRET is a value of 44 characters/],
  [{ SERVER_SECRET_PREVIOUS: 'hunter2' }, /^SERVER_SECRET_PREVIOUS is a value of 7 characters/],
  [
    { SERVER_SECRET: secret, SERVER_SECRET_PREVIOUS: secret },
    /^SERVER_SECRET_PREVIOUS is the same as SERVER_SECRET/,
  ],
  [
    { CLERK_JWTKEY: 'hunter2' },
    /^CLERK_JWTKEY is not a setting: those of Clerk are CLERK_JWT_KEY,/,
  ],
  [{ CLERK_ISSUER: 'https://x.dev' }, /^CLERK_JWT_KEY is not set: it takes Clerk's RSA public key/],
  [{ CLERK_JWT_KEY: 'hunter2' }, /^CLERK_JWT_KEY is a value of 7 characters: it takes/],
  [{ CLERK_JWT_KEY: privatePem }, /^CLERK_JWT_KEY is a private key: it takes/],
  [{ CLERK_JWT_KEY: otherPem }, /^CLERK_JWT_KEY is a key of type ed25519: it takes/],
  [{ ...clerk, CLERK_ISSUER: 'http://x.dev' }, /^CLERK_ISSUER is "http:\/\/x\.dev": it takes/],
  [{ ...clerk, CLERK_ISSUER: 'https://x.dev/' }, /^CLERK_ISSUER is "https:\/\/x\.dev\/"/],
  [{ ...clerk, CLERK_ISSUER: 'x.dev' }, /^CLERK_ISSUER is "x\.dev"/],
  [
    { ...clerk, CLERK_AUTHORIZED_PARTIES: 'https://a.dev,https://b.dev/x' },
    /^CLERK_AUTHORIZED_PARTIES is "https:\/\/b\.dev\/x": it takes origins/,
  ],
  [{ ...clerk, CLERK_AUTHORIZED_PARTIES: '*' }, /^CLERK_AUTHORIZED_PARTIES is "\*"/],
  [{ ...clerk, CLERK_PUBLISHABLE_KEY: 'pk_test_abc' }, /^CLERK_PUBLISHABLE_KEY is "pk_test_abc"/],
  [
    { ...clerk, CLERK_PUBLISHABLE_KEY: 'sk_live_hunter2' },
    /^CLERK_PUBLISHABLE_KEY is a value of 15 characters: it takes Clerk's pk_live_/,
  ],
  [{ ...clerk, CLERK_SECRET_KEY: 'hunter2' }, /^CLERK_SECRET_KEY is a value of 7 characters/],
  [
    { ...clerk, CLERK_PUBLISHABLE_KEY: publishableKey, CLERK_SECRET_KEY: 'sk_live_hunter2' },
    /^CLERK_SECRET_KEY is sk_live_…: it takes sk_test_…, because CLERK_PUBLISHABLE_KEY is pk_test_…$/,
  ],
  [
    { ...clerk, CLERK_WEBHOOK_SIGNING_SECRET: 'hunter2' },
    /^CLERK_WEBHOOK_SIGNING_SECRET is a value of 7 characters: it takes whsec_ and base64$/,
  ],
  [{ ANTHROPIC_BASE_URL: 'ftp://x' }, /^ANTHROPIC_BASE_URL is "ftp:\/\/x\/": it takes an https:/],
  [{ ANTHROPIC_BASE_URL: 'http://gateway' }, /^ANTHROPIC_BASE_URL is "http:\/\/gateway\/"/],
  [
    { ANTHROPIC_BASE_URL: 'https://me:hunter2@x.dev' },
    /^ANTHROPIC_BASE_URL is "https:\/\/••••@x\.dev\/"/,
  ],
  [{ ANTHROPIC_MODEL: 'two words' }, /^ANTHROPIC_MODEL is "two words": it takes the id of a model/],
  [{ LOG_FORMAT: 'text' }, /^LOG_FORMAT is "text": it takes json, pretty$/],
  [{ REDIS_URL: 'http://:hunter2@cache' }, /^REDIS_URL is "http:\/\/••••@cache\/": it takes redis/],
  [{ REDIS_URL: 'redis://:hunter2@' }, /^REDIS_URL is a value of 17 characters/],
  [
    { TRUSTED_PROXIES: '10.0.0.5/8' },
    /^TRUSTED_PROXIES is "10\.0\.0\.5\/8": it takes IP addresses/,
  ],
  [{ TRUSTED_PROXIES: 'all' }, /^TRUSTED_PROXIES is "all"/],
  [{ PLATFORM_RATE_LIMIT: '600' }, /^PLATFORM_RATE_LIMIT is "600": it takes REQUESTS\/SECONDS/],
  [{ PLATFORM_RATE_LIMIT: '0/60' }, /^PLATFORM_RATE_LIMIT is "0\/60"/],
  [{ FAILED_AUTH_RATE_LIMIT: '60/86401' }, /^FAILED_AUTH_RATE_LIMIT is "60\/86401"/],
  [{ DIALECTS: 'github' }, /^DIALECTS is "github": it takes reporisk, platform, repurai$/],
  [{ EXTRA_SCOPES: 'billing' }, /^EXTRA_SCOPES is "billing": it takes at most 64 different names/],
  [{ EXTRA_SCOPES: 'repos:write' }, /^EXTRA_SCOPES is "repos:write": it takes at most 64/],
  [
    { FORWARD_AUTH_ENVIRONMENTS: 'live,prod' },
    /^FORWARD_AUTH_ENVIRONMENTS is "prod": it takes live, test$/,
  ],
  [{ WORKERS: '0' }, /^WORKERS is "0": it takes a number of processes from 1 to 64$/],
  [{ WORKERS: '65' }, /^WORKERS is "65"/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud": it takes fatal, error, warn, info/],
  [{ NODE_ENV: 'prod' }, /^NODE_ENV is "prod": it takes production, development, test$/],
  [{ NODE_ENV: 'production', SERVER_SECRET: secret }, /^CLERK_JWT_KEY is not set: .* production$/],
  [{ NODE_ENV: 'production', ...clerk }, /^SERVER_SECRET is not set: it takes .* production$/],
];

test.each(refused)('loadConfig() refuses %j', (env, message) => {
  const error = refusal(env);
  expect(error?.message).toMatch(message);
  expect(error?.message).not.toMatch(/\n|hunter2/);
});

const variables = [
  'HOST',
  'PORT',
  'DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'SERVER_SECRET',
  'SERVER_SECRET_PREVIOUS',
  'CLERK_JWT_KEY',
  'CLERK_SECRET_KEY',
  'CLERK_WEBHOOK_SIGNING_SECRET',
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_MODEL',
  'REDIS_URL',
  'TRUSTED_PROXIES',
  'PLATFORM_RATE_LIMIT',
  'DIALECTS',
  'EXTRA_SCOPES',
  'FORWARD_AUTH_ENVIRONMENTS',
  'LOG_LEVEL',
  'NODE_ENV',
];

test('loadConfig() refuses nonsense in one line that begins with the variable', () => {
  const nonsense = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...variables), nonsense, (name, value) => {
      const message = refusal({ ...clerk, [name]: value })?.message ?? `${name} was taken`;
      expect(message.startsWith(name)).toBe(true);
      expect(message).not.toMatch(/[\n\r]/);
      expect(message.length).toBeLessThan(300);
    }),
  );
});

test('loadConfig() never tells what a secret is', () => {
  const secrets = [
    'SERVER_SECRET',
    'SERVER_SECRET_PREVIOUS',
    'CLERK_SECRET_KEY',
    'CLERK_WEBHOOK_SIGNING_SECRET',
  ];
  const password = fc.string({ unit: 'grapheme-ascii', minLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...secrets), password, (name, value) => {
      const message = refusal({ ...clerk, [name]: value })?.message ?? '';
      expect(message.includes(value.trim() || value)).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom('DATABASE_URL', 'REDIS_URL'), password, (name, value) => {
      const url = `mysql://user:${encodeURIComponent(value)}@host/name?password=hunter2`;
      const message = refusal({ [name]: url })?.message ?? '';
      expect(message).toBe(
        `${name} is "mysql://••••@host/name"${message.slice(message.indexOf(': it takes'))}`,
      );
    }),
  );
});

function refusal(env: Record<string, string>): ConfigError | undefined {
  try {
    loadConfig(env);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
