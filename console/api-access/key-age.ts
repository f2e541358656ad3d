import type { ApiKey } from '../api/records.ts';

const day = 86_400_000;

/** After so many days a secret should be replaced, and an unused key is worth a question. */
const quarter = 90;

/** Full days from a time until now. */
export function daysSince(at: string): number {
  return Math.floor((Date.now() - Date.parse(at)) / day);
}

/** The time before which a secret is old. */
export function oldBefore(): string {
  return new Date(Date.now() - quarter * day).toISOString();
}

/** Whether a time lies 90 days back. */
export function isOld(at: string): boolean {
  return daysSince(at) >= quarter;
}

/** Whether a key was not used for 90 days, or never since it was made 90 days ago. */
export function isUnused(key: ApiKey): boolean {
  return isOld(key.lastUsedAt ?? key.createdAt);
}
