import { z } from 'zod';
import { columnsOf } from '../../database/columns.ts';
import { type Job, jobStatuses, jobTypes } from '../../database/entities/job.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { ownRecords } from '../own-records.ts';

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

const notInTable = { organizationId: 'j.org_id', projectId: 'null' };

/** A job with its result, which exists once it has completed. */
export const jobResultRecord = jobRecord.extend({
  result: z.record(z.string(), z.unknown()).nullable(),
});

/** The jobs of organizations, with their results. */
export const jobs = ownRecords({
  ...{ table: 'job', as: 'j', id: 'string' },
  columns: columnsOf(jobResultRecord, 'j', notInTable),
});

/** The same without results, which may be long. */
export const listedJobs = ownRecords({
  ...{ table: 'job', as: 'j', id: 'string' },
  columns: columnsOf(jobRecord, 'j', notInTable),
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
