import { z } from 'zod';
import { Job } from '../../database/entities/job.ts';
import { isScan } from '../../queue/queue-job.ts';
import { id } from '../../wire/fields.ts';
import { notFound, Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { assertMayScan } from '../assets/queue-analysis.ts';
import { defineOperation } from '../operation.ts';
import { jobRecord, toJobRecord } from './job-record.ts';
import { fileIsGone, scanAgain } from './scan-again.ts';

/** Does a failed or cancelled scan again, as a new job. */
export const retryJob = defineOperation({
  name: 'jobs.retry',
  summary: 'Do a failed or cancelled scan again, as a new job',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ id }),
  output: jobRecord,
  async run(work, { id }) {
    const { em, principal, audit } = work;
    const scan = await em.findOne(Job, { id, orgId: principal.organization.id || null });
    if (scan === null) throw notFound('Job');
    if (!isScan(scan) || (scan.status !== 'failed' && scan.status !== 'cancelled')) {
      throw new Problem(409, 'Only a failed or cancelled scan can be retried');
    }
    await assertMayScan(work, scan.environment);
    const job = await scanAgain(work, scan);
    if (job === null) throw fileIsGone();
    audit({ target: id, changes: { jobId: job.id } });
    return toJobRecord(job);
  },
});
