import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { readServerSecret } from '../config/secret.ts';

/** The keys derived from one server secret, 32 bytes each. */
export interface Keys {
  /** The key for lookup values and seals of API keys. */
  readonly pepper: Uint8Array;
  /** The key that encrypts customers' own credentials. */
  readonly credential: Uint8Array;
  /** The key that chains the rows of the audit log. */
  readonly audit: Uint8Array;
}

/**
 * Derives the keys from the server's secret by HKDF-SHA-256 (RFC 5869). Each has its own label, so
 * one key reveals nothing about another. Never change a label: its key would change.
 */
export function deriveKeys(secret: Uint8Array): Keys {
  const derive = (label: string) => new Uint8Array(hkdfSync('sha256', secret, '', label, 32));
  return {
    pepper: derive('reporisk api key pepper v1'),
    credential: derive('reporisk credential encryption v1'),
    audit: derive('reporisk audit log v1'),
  };
}

/**
 * The server's secret: `SERVER_SECRET`, or the content of `server.secret` in the data folder. The
 * first process makes that file, for its owner only; several that start together all get the same.
 *
 * @throws {ConfigError} when the file is not a secret, or others may read it.
 */
export function loadServerSecret(
  { serverSecret }: Pick<Config, 'serverSecret'>,
  dataFolder: string,
): Uint8Array {
  if (serverSecret !== null) return serverSecret;
  const path = join(dataFolder, 'server.secret');
  makeOnce(path, dataFolder);
  assertPrivate(path);
  return readServerSecret(path, readFileSync(path, 'utf8').trim());
}

function makeOnce(path: string, folder: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  // Written aside, then linked into place: no process ever reads half a secret, and only one wins.
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Windows has no such modes: there the folder's access list decides. */
function assertPrivate(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new ConfigError(
    `${path} has mode ${mode.toString(8)}: it takes 600, so that only its owner can read it`,
  );
}
