import { constantTimeEqual, type Mac } from '../../core/mod.ts';
import { canonical } from '../crypto/canonical-json.ts';
import { nodeHashing } from '../crypto/node-hashing.ts';
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
  return nodeHashing.sha256(JSON.stringify(row));
}

/** HMAC-SHA-256 over a digest: who has no key cannot write a row, or change one before it. */
export function macOf(key: Mac, digest: string): string {
  return key(digest, 'utf8');
}

/** Whether a row's mac was made under one of the keys. */
export function isMadeUnder(keys: readonly Mac[], digest: string, mac: string): boolean {
  return keys.some((key) => constantTimeEqual(macOf(key, digest), mac));
}
