import { canonicalJson } from '../crypto/canonical-json.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import { batches } from '../database/batches.ts';
import { Job } from '../database/entities/job.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { insertRows } from '../database/insert-rows.ts';
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
      return { ...unset, ...job, mac, status: 'queued' as const, createdAt: now, updatedAt: now };
    });
    await insertRows(em, Job, records);
    const tasks = some.map((job) => ({
      id: job.id,
      type: taskTypeOf(job),
      runAt: now,
      isPolled: isSandboxScan(job),
      ...poolOf(job),
    }));
    await enqueue(em, tasks);
  }
}

/** The columns that a new job may leave unset. */
const unset = {
  environment: 'live',
  subOrgId: null,
  repoId: null,
  extensionId: null,
  createdBy: null,
  input: null,
  progress: 0,
  total: null,
  result: null,
  errorMessage: null,
  failedFor: null,
  startedAt: null,
  completedAt: null,
} as const;

/** The type of a job's task. Sandbox jobs have their own: live scans never keep them waiting. */
export function taskTypeOf({ type, environment = 'live' }: Pick<JobOrder, 'type' | 'environment'>) {
  return environment === 'live' ? type : `${type}:${environment}`;
}

/** Live scans of an organization share a concurrency key: they never occupy a worker. */
function poolOf(job: JobOrder): { readonly pool?: string } {
  return isScan(job) && !isSandboxScan(job) ? { pool: scanPool(job.orgId) } : {};
}

/** Whether a job is a scan. */
export function isScan({ type }: Pick<JobOrder, 'type'>): boolean {
  return type === 'repo_analysis' || type === 'extension_analysis';
}

/** Whether a job is a scan of the sandbox. */
function isSandboxScan(job: Pick<JobOrder, 'type' | 'environment'>): boolean {
  return isScan(job) && job.environment === 'test';
}

/** The types of the tasks of sandbox scans. */
export const sandboxTypes = ['repo_analysis:test', 'extension_analysis:test'] as const;

function scanPool(orgId: string | null | undefined): string {
  return `scans:${orgId}`;
}

/** Makes the delayed live scans of an organization due: its key has changed. */
export function hurryScans(em: EntityManager, orgId: string, now: Date): Promise<void> {
  return hurry(em, scanPool(orgId), now);
}

/** Whether a job's record is unchanged since the server queued it. */
export function isQueuedByServer(rowMacs: RowMacs, job: JobOrder & Pick<Job, 'mac'>): boolean {
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
