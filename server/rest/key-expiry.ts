import type { KeyRecord, Outcome } from '../../core/mod.ts';
import { iso } from '../wire/fields.ts';

const none: Readonly<Record<string, string>> = Object.freeze({});

/** Gives the holder of a key its expiry: a script can warn before it fails. */
export function expiryField({ expiresAt }: KeyRecord): Readonly<Record<string, string>> {
  if (expiresAt === null) return none;
  return { 'X-RepoRisk-Key-Expires': iso(new Date(expiresAt)) };
}

/** The same for a key that was verified, also where it lacks the permission; 401 shows nothing. */
export function expiryFieldOf(outcome: Outcome): Readonly<Record<string, string>> {
  const isKnown = outcome.ok || outcome.refusal.status === 403;
  return isKnown && outcome.key !== null ? expiryField(outcome.key) : none;
}
