import type { KeyRecord } from '../../core/mod.ts';

const none: Readonly<Record<string, string>> = Object.freeze({});

/** Tells the holder of a key when it expires, so that a script can warn before it fails. */
export function expiryField({ expiresAt }: KeyRecord): Readonly<Record<string, string>> {
  if (expiresAt === null) return none;
  return { 'X-RepoRisk-Key-Expires': new Date(expiresAt).toISOString() };
}
