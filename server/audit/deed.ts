import { z } from 'zod';
import type { AuditEvent } from '../database/entities/audit-event.ts';

/** The change that a row of the audit log records. */
export interface Deed {
  readonly action: string;
  readonly at: Date;
  readonly orgId: string | null;
  readonly target: string | null;
  readonly changes: Readonly<Record<string, unknown>> | null;
  /** The last place in the log that its history and the database's share. */
  readonly after: number;
  /** Its place in the journal; null where an accepted restore repeated it. */
  readonly seq: number | null;
  /** Fingerprints of secrets that it revoked. */
  readonly secrets: readonly string[];
}

const fingerprints = z.array(z.string());

/** The part of an accepted restore's row that describes the repeated change. */
const repeated = z.object({
  action: z.string(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  after: z.int(),
  changes: z.record(z.string(), z.unknown()).nullable(),
  secrets: fingerprints.default([]),
});

/** `descendants` is in the rows of revocations that take along what the key made. */
const revocation = z.object({
  reason: z.string().nullable(),
  descendants: z.int().optional(),
});
const leak = z.object({ action: z.literal('key revoked') });
const told = z.object({ fingerprints });

/**
 * The change behind a lost row: its own, or the one that an earlier restore repeated.
 *
 * @param held - the place of the last row that log and journal have in common.
 */
export function deedOf(event: AuditEvent, held: number): Deed {
  const { action, at, seq, orgId = null, target = null, changes = null } = event;
  const inner = action === 'restore.accept' ? repeated.safeParse(changes).data : undefined;
  if (inner === undefined) {
    return { action, at, orgId, target, changes, after: held, seq, secrets: [] };
  }
  // Rows between two losses are in neither of the lost histories.
  return { ...inner, orgId, target, after: Math.min(inner.after, held), seq: null };
}

/** The log entry of a repeated change, with all that another repetition needs. */
export function describeDeed(deed: Deed, revokedKeys: number) {
  const { action, at, after, changes, secrets } = deed;
  return { action, at: at.toISOString(), after, changes, secrets, revokedKeys };
}

/** Fingerprints in a row of the log; rows of earlier versions have none. */
export function fingerprintsIn(changes: Deed['changes']): readonly string[] {
  return told.safeParse(changes).data?.fingerprints ?? [];
}

/** A revocation of one key. */
export interface Revocation {
  readonly reason: string | null;
  /** Whether it takes along the keys that this one made. */
  readonly takesDescendants: boolean;
}

/** Why a change revoked the one key that is its target; undefined where it did not. */
export function revocationOf({
  action,
  changes,
}: Pick<Deed, 'action' | 'changes'>): Revocation | undefined {
  switch (action) {
    case 'apiKeys.revoke': {
      const { reason = null, descendants } = revocation.safeParse(changes).data ?? {};
      return { reason, takesDescendants: descendants !== undefined };
    }
    case 'leaks.report':
    case 'leaks.github':
      return leak.safeParse(changes).success
        ? { reason: 'leaked', takesDescendants: true }
        : undefined;
    default:
      return undefined;
  }
}
