import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditEvent } from '../database/entities/audit-event.ts';

/** An event before it has its place in the log. */
export type NewAuditEvent = Omit<AuditEvent, 'seq' | 'mac'>;

/** The digest that the first row follows. */
export const firstDigest: string = '0'.repeat(64);

/**
 * SHA-256 over the digest of everything before and over the row with its place: it stands for the
 * whole log up to here. Without a key, so that a log outlives the secrets it was written under.
 *
 * @returns 64 hexadecimal characters.
 */
export function digestOf(previous: string, seq: number, event: NewAuditEvent): string {
  const { id, orgId, at, actor, action, target, changes, ipAddress, requestId } = event;
  const row = [
    ...[previous, seq, id, orgId ?? null, at.getTime(), actor, action, target ?? null],
    ...[canonical(changes ?? null), ipAddress ?? null, requestId ?? null],
  ];
  return createHash('sha256').update(JSON.stringify(row)).digest('hex');
}

/** HMAC-SHA-256 over a digest: who has no key cannot write a row, or change one before it. */
export function macOf(key: Uint8Array, digest: string): string {
  return createHmac('sha256', key).update(digest).digest('hex');
}

/** Whether a row's mac was made under one of the keys. */
export function isMadeUnder(keys: readonly Uint8Array[], digest: string, mac: string): boolean {
  const given = Buffer.from(mac);
  return keys.some((key) => {
    const expected = Buffer.from(macOf(key, digest));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

/** Changes as JSON keeps them, with names in order: PostgreSQL's jsonb has an order of its own. */
export function canonical(value: unknown): unknown {
  return ordered(JSON.parse(JSON.stringify(value)));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(names.map(([name, member]) => [name, ordered(member)]));
}
