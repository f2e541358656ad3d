import { z } from 'zod';
import type { AuditEvent } from '../database/entities/audit-event.ts';

/** What a row of the audit log says was done. */
export interface Deed {
  readonly action: string;
  readonly at: Date;
  readonly orgId: string | null;
  readonly target: string | null;
  readonly changes: Readonly<Record<string, unknown>> | null;
  /** The place in the log up to which its history and the database's are one. */
  readonly after: number;
  /** Its own place in the journal; null where an accepted restore had done it once more. */
  readonly seq: number | null;
  /** Fingerprints of secrets that it took away. */
  readonly secrets: readonly string[];
}

const fingerprints = z.array(z.string());

/** What the row of an accepted restore says that it did once more. */
const repeated = z.object({
  action: z.string(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  after: z.int(),
  changes: z.record(z.string(), z.unknown()).nullable(),
  secrets: fingerprints.default([]),
});

const revocation = z.object({ reason: z.string().nullable() });
const leak = z.object({ action: z.literal('key revoked') });
const told = z.object({ fingerprints });

/**
 * The deed that a lost row tells of: its own, or the one that an earlier restore did once more.
 *
 * @param held - the place of the last row that log and journal have in common.
 */
export function deedOf(event: AuditEvent, held: number): Deed {
  const { action, at, seq, orgId = null, target = null, changes = null } = event;
  const inner = action === 'restore.accept' ? repeated.safeParse(changes).data : undefined;
  if (inner === undefined) {
    return { action, at, orgId, target, changes, after: held, seq, secrets: [] };
  }
  // What was made between two losses is in neither of the histories that were lost.
  return { ...inner, orgId, target, after: Math.min(inner.after, held), seq: null };
}

/** What the log says of a deed that was done once more: enough to do it again. */
export function describeDeed(deed: Deed, revokedKeys: number) {
  const { action, at, after, changes, secrets } = deed;
  return { action, at: at.toISOString(), after, changes, secrets, revokedKeys };
}

/** The fingerprints that a row of the log names; none in one of an earlier version. */
export function fingerprintsIn(changes: Deed['changes']): readonly string[] {
  return told.safeParse(changes).data?.fingerprints ?? [];
}

/** Why a deed revoked the one key that is its target; undefined where it did not. */
export function revocationOf({
  action,
  changes,
}: Pick<Deed, 'action' | 'changes'>): { reason: string | null } | undefined {
  switch (action) {
    case 'apiKeys.revoke':
      return revocation.safeParse(changes).data ?? { reason: null };
    case 'leaks.report':
    case 'leaks.github':
      return leak.safeParse(changes).success ? { reason: 'leaked' } : undefined;
    default:
      return undefined;
  }
}
