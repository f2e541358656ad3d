import { distance } from 'fastest-levenshtein';
import { ConfigError } from './config-error.ts';

/** The settings of Clerk. */
export const clerkSettings = [
  'CLERK_JWT_KEY',
  'CLERK_ISSUER',
  'CLERK_AUTHORIZED_PARTIES',
  'CLERK_PUBLISHABLE_KEY',
  'CLERK_SECRET_KEY',
  'CLERK_WEBHOOK_SIGNING_SECRET',
] as const;

/** The environment variables that the server reads. */
const settings = [
  ...['HOST', 'PORT', 'DATABASE_URL', 'DATABASE_LISTEN_URL'],
  ...['SERVER_SECRET', 'SERVER_SECRET_PREVIOUS', ...clerkSettings],
  ...['ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL', 'REDIS_URL', 'TRUSTED_PROXIES'],
  ...['PLATFORM_RATE_LIMIT', 'FAILED_AUTH_RATE_LIMIT', 'DIALECTS', 'EXTRA_SCOPES'],
  ...['FORWARD_AUTH_ENVIRONMENTS', 'WORKERS', 'LOG_LEVEL', 'LOG_FORMAT', 'NODE_ENV'],
] as const;

/** The name of a setting; no other variable can be read. */
export type SettingName = (typeof settings)[number];

/** Names below this length are too near to variables of other programs, `HOSTNAME` for example. */
const shortest = 8;

/**
 * Refuses a variable whose name nearly is a setting's: as a setting, it would have no effect.
 *
 * @param names - of every variable that is set and not empty.
 * @throws {ConfigError} with the setting's name, without the value: it may be a secret.
 */
export function refuseMisspelt(names: Iterable<string>): void {
  for (const name of names) {
    if (settings.some((setting) => setting === name)) continue;
    const meant = settings.find((setting) => isNearly(name.toUpperCase(), setting));
    if (meant === undefined) continue;
    throw new ConfigError(`${name} is not a setting: rename it to ${meant}, or unset it`);
  }
}

/**
 * Whether the name's words are the setting's, each with the same first letter and half of its other
 * letters at least: REDIS_TTL is no misspelt REDIS_URL. Underscores may be missing.
 */
function isNearly(name: string, setting: string): boolean {
  if (setting.length < shortest) return false;
  const given = name.split('_');
  const words = setting.split('_');
  if (given.length !== words.length) return given.join('') === words.join('');
  if (distance(name, setting) > Math.max(2, Math.floor(setting.length / 5))) return false;
  return words.every((word, place) => isNearlyWord(given[place] ?? '', word));
}

function isNearlyWord(given: string, word: string): boolean {
  return given[0] === word[0] && distance(given, word) <= Math.floor(word.length / 2);
}
