import { z } from 'zod';
import { fingerprintsIn } from '../../audit/deed.ts';
import { batches } from '../../database/batches.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import type { AuditEvent } from '../../database/entities/audit-event.ts';
import { Job } from '../../database/entities/job.ts';
import type { EntityManager } from '../../database/entity-manager.ts';

/** A key that the lost history made or gave another secret, with its place in the log. */
export interface LostKey {
  readonly id: string;
  readonly orgId: string | null;
  readonly subOrgId: number | null;
  readonly seq: number;
  /**
   * Whether an import that the database has too made it: an import gives its keys their ids when it
   * is queued. The same key was then written here since, or still waits.
   */
  readonly isInBoth: boolean;
}

/** The lost history's data about keys. */
export interface LostKeys {
  /** By id. */
  readonly keys: ReadonlyMap<string, LostKey>;
  /** Fingerprints of the secrets that it gave to keys, its own and the database's, by key id. */
  readonly fingerprints: ReadonlyMap<string, readonly string[]>;
}

const making = z.object({
  subOrgId: z.int().nullable().default(null),
  jobId: z.string().optional(),
});
const makes: readonly string[] = ['apiKeys.create', 'apiKeys.import'];
const givesSecret: readonly string[] = [...makes, 'apiKeys.rotate'];

/** Reads the data about keys from lost rows. */
export async function lostKeysIn(
  em: EntityManager,
  rows: readonly AuditEvent[],
): Promise<LostKeys> {
  const fingerprints = new Map<string, readonly string[]>();
  const found = rows.flatMap(({ action, target, orgId = null, seq, changes = null }) => {
    if (target == null || !givesSecret.includes(action)) return [];
    fingerprints.set(target, [...(fingerprints.get(target) ?? []), ...fingerprintsIn(changes)]);
    // What an import was asked for has a job as its target.
    const read = making.safeParse(changes).data;
    if (!makes.includes(action) || read === undefined || target.startsWith('job_')) return [];
    return [{ id: target, orgId, seq, ...read }];
  });
  const jobs = await known(
    em,
    found.flatMap(({ jobId }) => jobId ?? []),
  );
  const keys = new Map<string, LostKey>();
  for (const { jobId, ...key } of found) {
    keys.set(key.id, { ...key, isInBoth: jobId !== undefined && jobs.has(jobId) });
  }
  const rotations = rows.filter(({ action }) => action === 'apiKeys.rotate');
  const rotatedAt = new Map(rotations.map(({ target, seq }) => [target ?? '', seq]));
  for (const ids of batches([...rotatedAt.keys()])) {
    const rotated = await em.find(ApiKey, { id: { $in: ids } }, { disableIdentityMap: true });
    for (const { id, orgId, subOrgId = null } of rotated) {
      const seq = rotatedAt.get(id) ?? 0;
      if (!keys.has(id)) keys.set(id, { id, orgId, subOrgId, seq, isInBoth: false });
    }
  }
  return { keys, fingerprints };
}

async function known(em: EntityManager, jobIds: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const ids of batches([...new Set(jobIds)])) {
    for (const { id } of await em.find(Job, { id: { $in: ids } })) found.add(id);
  }
  return found;
}
