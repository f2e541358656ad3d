import { isIP } from 'node:net';
import { normalizeCidr } from '../../core/mod.ts';
import { ConfigError, shown, shownUrl, wrong } from './config-error.ts';

/** The address to listen on: this machine's only in demo mode, where anyone may sign in. */
export function readHost(value: string, demo: boolean): string {
  if (isIP(value) === 0 && !/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(value)) {
    throw wrong('HOST', shown(value), 'an IP address or a host name');
  }
  if (demo && !isLoopback(isIP(value) === 6 ? `[${value}]` : value)) {
    const takes = '127.0.0.1, ::1 or localhost in demo mode; CLERK_JWT_KEY ends demo mode';
    throw wrong('HOST', shown(value), takes);
  }
  return value;
}

/** The port that the server listens on. */
export function readPort(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw wrong('PORT', shown(value), 'an integer from 0 (any free port) to 65535');
  }
  return Number(value);
}

/**
 * The database's address.
 *
 * @param name - the setting's name, for the message.
 */
export function readDatabaseUrl(value: string, name = 'DATABASE_URL'): string {
  // In every other kind of address two slashes turn the path's first folder into a host.
  const isFile = /^sqlite:(?!\/\/[^/])(?!:memory:).+$/.test(value) && !value.includes('\0');
  if (isFile || isPostgresql(value)) return value;
  throw wrong(name, shownUrl(value), 'sqlite:PATH or postgresql://USER@HOST/DATABASE');
}

/**
 * The address for LISTEN, when a pooler sits before the database.
 *
 * @param name - the setting's name, for the message.
 */
export function readDatabaseListenUrl(
  value: string,
  databaseUrl: string,
  name = 'DATABASE_LISTEN_URL',
): string {
  if (!isPostgresql(value)) {
    throw wrong(name, shownUrl(value), 'postgresql://USER@HOST/DATABASE');
  }
  if (!isPostgresql(databaseUrl)) {
    throw new ConfigError(`${name} is set: it takes a PostgreSQL database as well`);
  }
  return value;
}

function isPostgresql(value: string): boolean {
  return /^postgres(ql)?:\/\/\S+$/.test(value) && URL.canParse(value);
}

/** The address of Anthropic's API. It gets customers' keys: encrypted, unless this machine has it. */
export function readAnthropicBaseUrl(value: string): string {
  const url = URL.parse(value);
  const isPlain = url !== null && url.username + url.password + url.search + url.hash === '';
  const isSafe = url?.protocol === 'https:' || isLoopback(url?.host ?? '');
  if (!isPlain || !/^https?:\/\/./i.test(value) || !isSafe) {
    const takes = 'an https:// address without credentials and query, or http:// on this machine';
    throw wrong('ANTHROPIC_BASE_URL', shownUrl(value), takes);
  }
  return url.href.replace(/\/+$/, '');
}

/** The Redis that shares rate limits; `name` is the setting's name. */
export function readRedisUrl(value: string, name = 'REDIS_URL'): string {
  if (!/^rediss?:\/\/\S+$/.test(value) || !URL.canParse(value) || new URL(value).hostname === '') {
    throw wrong(name, shownUrl(value), 'redis://HOST or rediss://HOST');
  }
  return value;
}

/** The proxies that are trusted to name a client's address. */
export function readTrustedProxies(values: readonly string[]): string[] {
  return values.map((value) => {
    const block = normalizeCidr(value);
    if (block !== null) return block;
    const takes = 'IP addresses or CIDR blocks, separated by commas';
    throw wrong('TRUSTED_PROXIES', shown(value), takes);
  });
}

/** Whether a `Host`, with or without a port, is this machine's own. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host);
}
