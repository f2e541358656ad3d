import { z } from 'zod';
import { jobStatuses, jobTypes } from '../../database/entities/job.ts';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgMember } from '../access.ts';
import { environment, environmentOf } from '../assets/environment.ts';
import { defineOperation } from '../operation.ts';
import { jobRecord, listedJobs } from './job-record.ts';

/** The types that a list is filtered by; the published ones that nothing here has find no job. */
export const filterableTypes = [...jobTypes, 'batch_regression', 'import_export'] as const;

/** Lists the organization's jobs, newest first. */
export const listJobs = defineOperation({
  name: 'jobs.list',
  summary: 'List the jobs of the organization',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject({
    status: z.enum(jobStatuses).optional(),
    type: z.enum(filterableTypes).optional(),
    environment: environment.optional(),
    ...paging,
  }),
  output: pageOf(jobRecord),
  run(work, { status, type, environment: asked, ...paging }) {
    const environment = environmentOf(work.principal, asked);
    return listedJobs.list(work, { environment, status, type }, paging);
  },
});
