import { z } from 'zod';
import { id } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgMember } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { jobResultRecord, jobs } from './job-record.ts';

/** One job with its result. */
export const getJob = defineOperation({
  name: 'jobs.get',
  summary: 'One job with its result',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject({ id }),
  output: jobResultRecord,
  async run(work, { id }) {
    const job = await jobs.newest(work, { id });
    if (job === null) throw notFound('Job');
    return job;
  },
});
