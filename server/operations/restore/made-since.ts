import { z } from 'zod';
import type { EntityManager } from '../../database/database.ts';
import { AuditEvent } from '../../database/entities/audit-event.ts';
import { Job } from '../../database/entities/job.ts';

// What was made since is told by the audit log's order: a time is one machine's.

/** A key that the lost history imported, and where its log said so. */
export interface ImportedKey {
  readonly id: string;
  readonly orgId: string | null;
  readonly seq: number;
}

const byJob = z.object({ jobId: z.string() });

/** How many ids go into one statement. */
export const batchSize = 500;

/** The ids of keys that were written after a place in the audit log. */
export function keysWrittenSince(em: EntityManager, seq: number) {
  const action = { $in: ['apiKeys.create', 'apiKeys.import'] };
  return em
    .createQueryBuilder(AuditEvent)
    .select('target')
    .where({ seq: { $gt: seq }, target: { $ne: null }, action });
}

/** Whether a sub-org was made after a place in the audit log. */
export async function isSubOrgMadeSince(
  em: EntityManager,
  seq: number,
  id: number,
): Promise<boolean> {
  const action = { $in: ['subOrgs.create', 'subOrgs.add', 'clerk.subOrg.created'] };
  return (await em.count(AuditEvent, { seq: { $gt: seq }, action, target: String(id) })) > 0;
}

/**
 * The keys that the lost history imported by jobs that the database has too. An import gives its keys
 * their ids when it is queued: so these are the same keys, written here since or still waiting.
 */
export async function importedInBoth(
  em: EntityManager,
  lost: readonly AuditEvent[],
): Promise<ImportedKey[]> {
  const imports = lost.flatMap(({ action, target, orgId = null, seq, changes }) => {
    const jobId = action === 'apiKeys.import' ? byJob.safeParse(changes).data?.jobId : undefined;
    return jobId === undefined || target == null ? [] : [{ id: target, orgId, seq, jobId }];
  });
  const known = new Set<string>();
  for (const ids of batches([...new Set(imports.map(({ jobId }) => jobId))])) {
    for (const { id } of await em.find(Job, { id: { $in: ids } })) known.add(id);
  }
  return imports.filter(({ jobId }) => known.has(jobId));
}

export function batches<Value>(values: readonly Value[]): Value[][] {
  const count = Math.ceil(values.length / batchSize);
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * batchSize, (index + 1) * batchSize),
  );
}
