import { z } from 'zod';
import { Job } from '../../database/entities/job.ts';
import { id } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgMember } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { jobResultRecord, toJobRecord } from './job-record.ts';

/** One job with its result. */
export const getJob = defineOperation({
  name: 'jobs.get',
  summary: 'One job with its result',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject({ id }),
  output: jobResultRecord,
  async run({ em, principal }, { id }) {
    const job = await em.findOne(Job, { id, orgId: principal.organization.id || null });
    if (job === null) throw notFound('Job');
    return { ...toJobRecord(job), result: job.result ?? null };
  },
});
