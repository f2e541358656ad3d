import type { ApiKey } from '../api/records.ts';

const day = 86_400_000;

/** The age in days at which a secret should be replaced, and an unused key questioned. */
const quarter = 90;

/** Full days from a time until now. */
export function daysSince(at: string): number {
  return Math.floor((Date.now() - Date.parse(at)) / day);
}

/** Whether a time lies 90 days back. */
export function isOld(at: string): boolean {
  return daysSince(at) >= quarter;
}

/** Whether a key was not used for 90 days; for a key never used, since its creation. */
export function isUnused(key: ApiKey): boolean {
  return isOld(key.lastUsedAt ?? key.createdAt);
}

/** Whether a live key ends within 14 days: the server's `expiring`. */
export function isExpiring({ expiresAt }: ApiKey): boolean {
  const left = expiresAt === null ? Number.NaN : Date.parse(expiresAt) - Date.now();
  return left > 0 && left <= 14 * day;
}
