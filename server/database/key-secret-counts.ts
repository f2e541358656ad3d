import { ConfigError } from '../config/config-error.ts';
import type { EntityManager } from './database.ts';

/** Lookup schemes by their ids. */
export interface SchemeIds {
  readonly current: string;
  /** Of the secret that is being replaced; null when none is. */
  readonly previous: string | null;
}

/** How many secrets are stored under which scheme. */
export interface SchemeCounts {
  readonly current: number;
  readonly previous: number;
  readonly neither: number;
}

/** Counts the API key secrets that still work by the scheme that they are stored under. */
export async function countKeySecrets(
  em: EntityManager,
  schemes: SchemeIds,
  now: Date,
): Promise<SchemeCounts> {
  const rows = await em.execute<CountRow[]>(
    `select s.scheme as under, count(*) as count
     from api_key_secret s join api_key k on k.id = s.key_id
     where k.revoked_at is null
       and (k.expires_at is null or k.expires_at > ?)
       and (s.retires_at is null or s.retires_at > ?)
     group by s.scheme`,
    [now, now],
  );
  return countsOf(rows, schemes);
}

/** How many secrets are under one scheme or key. */
export interface CountRow {
  readonly under: string;
  readonly count: number | string;
}

export function countsOf(
  rows: readonly CountRow[],
  { current, previous }: SchemeIds,
): SchemeCounts {
  const sum = { current: 0, previous: 0, neither: 0 };
  for (const { under, count } of rows) {
    const state = under === current ? 'current' : under === previous ? 'previous' : 'neither';
    sum[state] += Number(count);
  }
  return sum;
}

/**
 * Refuses to go on with another secret than the one that the keys were issued under: each of them
 * would be refused, and new ones would be issued beside them.
 *
 * @throws {ConfigError} with one line for the operator.
 */
export async function assertSchemesFit(
  em: EntityManager,
  schemes: SchemeIds,
  now: Date,
): Promise<void> {
  const { neither } = await countKeySecrets(em, schemes, now);
  if (neither === 0) return;
  throw new ConfigError(
    `SERVER_SECRET is not the one that ${neither} API key secrets in the database were issued under: ` +
      'it takes that one, or a new one with the old one in SERVER_SECRET_PREVIOUS',
  );
}
