import { constantTimeEqual, type Mac } from '../../core/mod.ts';
import { canonical } from '../crypto/canonical-json.ts';
import { nodeHashing } from '../crypto/node-hashing.ts';
import type { AuditEvent } from '../database/entities/audit-event.ts';

/** An event that has no place in the log yet. */
export type NewAuditEvent = Omit<AuditEvent, 'seq' | 'mac'>;

/** The digest before the first row. */
export const firstDigest: string = '0'.repeat(64);

/**
 * SHA-256 over the previous digest and this row with its place: it represents the whole log up to
 * this row. It uses no key: a log outlives the secrets that signed it.
 *
 * @returns 64 hexadecimal characters.
 */
export function digestOf(previous: string, seq: number, event: NewAuditEvent): string {
  const { id, orgId, at, actor, action, target, changes, ipAddress, requestId } = event;
  const row = [
    ...[previous, seq, id, orgId ?? null, at.getTime(), actor, action, target ?? null],
    ...[canonical(changes ?? null), ipAddress ?? null, requestId ?? null],
  ];
  return nodeHashing.sha256(JSON.stringify(row));
}

/** HMAC-SHA-256 over a digest: writing a row or changing an earlier one needs the key. */
export function macOf(key: Mac, digest: string): string {
  return key(digest, 'utf8');
}

/** Whether one of the keys made a row's MAC. */
export function isMadeUnder(keys: readonly Mac[], digest: string, mac: string): boolean {
  return keys.some((key) => constantTimeEqual(macOf(key, digest), mac));
}
