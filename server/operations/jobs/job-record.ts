import { z } from 'zod';
import { type Job, jobStatuses, jobTypes } from '../../database/entities/job.ts';
import { iso, timestamp } from '../../wire/fields.ts';

/** A job as a list shows it. */
export const jobRecord = z.object({
  id: z.string(),
  /** Null for the installation's own jobs; only the operator sees those. */
  organizationId: z.string().nullable(),
  projectId: z.string().nullable(),
  subOrgId: z.int().nullable(),
  type: z.enum(jobTypes),
  status: z.enum(jobStatuses),
  progress: z.int(),
  total: z.int().nullable(),
  createdBy: z.string().nullable(),
  startedAt: timestamp.nullable(),
  completedAt: timestamp.nullable(),
  errorMessage: z.string().nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
});

/** A job with its result, which exists once it has completed. */
export const jobResultRecord = jobRecord.extend({
  result: z.record(z.string(), z.unknown()).nullable(),
});

export function toJobRecord(job: Job): z.infer<typeof jobRecord> {
  return {
    id: job.id,
    organizationId: job.orgId ?? null,
    projectId: null,
    subOrgId: job.subOrgId ?? null,
    type: job.type,
    status: job.status,
    progress: job.progress,
    total: job.total ?? null,
    createdBy: job.createdBy ?? null,
    startedAt: iso(job.startedAt),
    completedAt: iso(job.completedAt),
    errorMessage: job.errorMessage ?? null,
    createdAt: iso(job.createdAt),
    updatedAt: iso(job.updatedAt),
  };
}
