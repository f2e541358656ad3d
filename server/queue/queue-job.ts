import { canonicalJson } from '../crypto/canonical-json.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import { batches } from '../database/batches.ts';
import { Job } from '../database/entities/job.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { enqueue, hurry } from './tasks.ts';

/** A job's order: its content, its organization and its requester, which its MAC covers. */
export type JobOrder = Pick<Job, 'id' | 'type' | 'orgId'> &
  Partial<Pick<Job, 'environment' | 'subOrgId' | 'repoId' | 'extensionId' | 'createdBy' | 'input'>>;

/** A job before it is queued. */
export type NewJob = JobOrder & Partial<Pick<Job, 'total'>>;

/** Queues a job: its record and its task, both in the transaction or neither. */
export function queueJob(
  em: EntityManager,
  rowMacs: RowMacs,
  job: NewJob,
  now: Date,
): Promise<void> {
  return queueJobs(em, rowMacs, [job], now);
}

/** Queues jobs: each one's record and its task, all in the transaction or none. */
export async function queueJobs(
  em: EntityManager,
  rowMacs: RowMacs,
  jobs: readonly NewJob[],
  now: Date,
): Promise<void> {
  for (const some of batches(jobs, 100)) {
    const records = some.map((job) => {
      const mac = rowMacs.make('job', jobFields(job));
      return { ...job, mac, status: 'queued' as const, createdAt: now, updatedAt: now };
    });
    await em.insertMany(Job, records);
    const tasks = some.map((job) => ({
      id: job.id,
      type: taskTypeOf(job),
      runAt: now,
      ...poolOf(job),
    }));
    await enqueue(em, tasks);
  }
}

/** The type of a job's task. Sandbox jobs have their own: live scans never keep them waiting. */
export function taskTypeOf({ type, environment = 'live' }: Pick<JobOrder, 'type' | 'environment'>) {
  return environment === 'live' ? type : `${type}:${environment}`;
}

/** Live scans of an organization share a concurrency key: they never occupy a worker. */
function poolOf(job: JobOrder): { readonly pool?: string } {
  return isScan(job) && (job.environment ?? 'live') === 'live' ? { pool: scanPool(job.orgId) } : {};
}

/** Whether a job is a scan. */
export function isScan({ type }: Pick<JobOrder, 'type'>): boolean {
  return type === 'repo_analysis' || type === 'extension_analysis';
}

function scanPool(orgId: string | null | undefined): string {
  return `scans:${orgId}`;
}

/** Makes the delayed live scans of an organization due: its key has changed. */
export function hurryScans(em: EntityManager, orgId: string, now: Date): Promise<void> {
  return hurry(em, scanPool(orgId), now);
}

/** Whether a job's record is unchanged since the server queued it. */
export function isQueuedByServer(rowMacs: RowMacs, job: Job): boolean {
  return rowMacs.verify('job', jobFields(job), job.mac, job.orgId ?? null);
}

/** The fields that a job's MAC covers. */
export function jobFields(job: JobOrder) {
  const { id, type, orgId = null, subOrgId = null, repoId = null } = job;
  const { extensionId = null, createdBy = null, input = null, environment = 'live' } = job;
  return [
    ...([id, type, orgId, subOrgId, repoId, extensionId, createdBy] as const),
    canonicalJson(input),
    // A live job's MAC keeps its form from before environments existed.
    ...(environment === 'live' ? ([] as const) : ([environment] as const)),
  ] as const;
}
