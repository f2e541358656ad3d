import type { Dialect } from '../../../core/mod.ts';
import { blockedReason } from '../../api-keys/key-owner.ts';
import type { keyStatuses } from '../../api-keys/key-record.ts';
import { day } from '../../clock/durations.ts';
import type { Condition } from '../../database/conditions.ts';

/**
 * Reasons for an admin's attention. A key may have several; each but `refused_lately`, an attempt
 * in seven days, applies to live keys only.
 */
export const attentions = [
  'expiring',
  'old_secret',
  'unused',
  'blocked',
  'rotating',
  'refused_lately',
] as const;
export type Attention = (typeof attentions)[number];

/** Which keys `k` a caller reaches: of the organization; on a dialect's own paths, of that dialect only. */
export function reached(orgId: string, dialect: Dialect | null): Condition[] {
  const where: Condition[] = [['k.org_id = ?', orgId]];
  if (dialect !== null) where.push(['k.dialect = ?', dialect]);
  // A revoked key is gone in this dialect, which calls it deleted.
  if (dialect === 'repurai') where.push(['k.revoked_at is null']);
  return where;
}

/** Whether a key `k` is neither revoked nor expired. */
export const isLive = (now: Date): Condition => [
  'k.revoked_at is null and (k.expires_at is null or k.expires_at > ?)',
  now,
];

/** Whether a key `k` has a status. */
export function hasStatus(status: (typeof keyStatuses)[number], now: Date): Condition {
  const [live, ...at] = isLive(now);
  switch (status) {
    case 'revoked':
      return ['k.revoked_at is not null'];
    case 'expired':
      return ['k.revoked_at is null and k.expires_at <= ?', now];
    case 'active':
      return [`not k.disabled and ${live}`, ...at];
    case 'disabled':
      return [`k.disabled and ${live}`, ...at];
  }
}

/** A key that was used at this time or later is not unused. */
export function unusedSince(now: Date): Date {
  return new Date(now.getTime() - 90 * day);
}

/** Whether a key `k`, with its order by use `u` and its owner's `m` and `a`, needs this attention. */
export function needsAttention(attention: Attention, now: Date): Condition {
  const [live, ...at] = isLive(now);
  const past = (days: number) => new Date(now.getTime() - days * day);
  const and = (sql: string, ...parameters: Date[]): Condition => [
    `${live} and ${sql}`,
    ...at,
    ...parameters,
  ];
  switch (attention) {
    case 'expiring':
      return and('k.expires_at <= ?', new Date(now.getTime() + 14 * day));
    case 'old_secret':
      return and(
        `exists (select 1 from api_key_secret s
           where s.key_id = k.id and s.retires_at is null and s.created_at < ?)`,
        past(90),
      );
    case 'unused':
      return and('k.created_at < ? and u.last_used_at < ?', past(90), unusedSince(now));
    case 'blocked':
      return and(`not k.disabled and ${blockedReason} is not null`);
    case 'rotating':
      return and(
        `k.id in (select s.key_id from api_key_secret s
           where s.retires_at > ? and s.retires_at is not null and s.retired_at is null)`,
        now,
      );
    case 'refused_lately':
      return ['k.id in (select r.key_id from key_refusal r where r.last_at >= ?)', past(7)];
  }
}
