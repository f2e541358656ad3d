import type { EntityManager } from '../database/database.ts';
import { Job } from '../database/entities/job.ts';
import { enqueue } from './tasks.ts';

/** A job that the operator asked for. */
export interface NewJob {
  readonly id: string;
  readonly type: 'key_import' | 'usage_prune';
  /** Null for what the installation does for itself. */
  readonly orgId: string | null;
  readonly total: number | null;
  readonly input: Record<string, unknown> | null;
}

/** Queues a job: its record and its task, both in the transaction or neither. */
export async function queueJob(em: EntityManager, job: NewJob, now: Date): Promise<void> {
  await em.insert(Job, { ...job, status: 'queued', createdAt: now, updatedAt: now });
  await enqueue(em, [{ id: job.id, type: job.type, runAt: now }]);
}
