import type { KeyRecord, Outcome } from '../../core/mod.ts';
import { iso } from '../wire/fields.ts';

const none: Readonly<Record<string, string>> = Object.freeze({});

/** Tells the holder of a key when it expires, so that a script can warn before it fails. */
export function expiryField({ expiresAt }: KeyRecord): Readonly<Record<string, string>> {
  if (expiresAt === null) return none;
  return { 'X-RepoRisk-Key-Expires': iso(new Date(expiresAt)) };
}

/** The same of a key that was verified, also where it may not do what was asked; 401 tells nothing. */
export function expiryFieldOf(outcome: Outcome): Readonly<Record<string, string>> {
  const isKnown = outcome.ok || outcome.refusal.status === 403;
  return isKnown && outcome.key !== null ? expiryField(outcome.key) : none;
}
