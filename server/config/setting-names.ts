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

/** Whether two letters of a short name differ at most, three of a long one. */
function isNearly(name: string, setting: string): boolean {
  if (setting.length < shortest) return false;
  return distance(name, setting) <= Math.max(2, Math.floor(setting.length / 5));
}
