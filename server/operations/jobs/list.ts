import { z } from 'zod';
import { Job, jobStatuses, jobTypes } from '../../database/entities/job.ts';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgMember } from '../access.ts';
import { environment, environmentOf } from '../assets/environment.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { jobRecord, toJobRecord } from './job-record.ts';

/** Lists the organization's jobs, newest first. */
export const listJobs = defineOperation({
  name: 'jobs.list',
  summary: 'List the jobs of the organization',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject({
    status: z.enum(jobStatuses).optional(),
    type: z.enum(jobTypes).optional(),
    environment: environment.optional(),
    ...paging,
  }),
  output: pageOf(jobRecord),
  async run({ em, principal }, { status, type, environment: asked, ...paging }) {
    const where = {
      orgId: principal.organization.id || null,
      environment: environmentOf(principal, asked),
      ...(status === undefined ? {} : { status }),
      ...(type === undefined ? {} : { type }),
    };
    const page = await listById(em, Job, where, paging);
    return { items: page.items.map(toJobRecord), nextCursor: page.nextCursor };
  },
});
