import { z } from 'zod';
import { settleAsset } from '../../assets/settle-asset.ts';
import { Job } from '../../database/entities/job.ts';
import { forgetContent } from '../../queue/forget-content.ts';
import { cancelTask } from '../../queue/tasks.ts';
import { id } from '../../wire/fields.ts';
import { notFound, Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { always } from '../takes-away.ts';
import { jobRecord, toJobRecord } from './job-record.ts';

/** Cancels a job that has not ended; see `settleAsset` for the effect on a scan's asset. */
export const cancelJob = defineOperation({
  name: 'jobs.cancel',
  summary: 'Cancel a job that has not ended',
  kind: 'mutation',
  access: parentOrgAdmin(),
  takesAway: always,
  input: z.strictObject({ id }),
  output: jobRecord,
  async run({ em, principal, now, audit }, { id }) {
    const where = { id, orgId: principal.organization.id || null };
    const cancelled = await em.nativeUpdate(
      Job,
      { ...where, status: { $in: ['queued', 'running'] } },
      { status: 'cancelled', completedAt: now, updatedAt: now },
    );
    const job = await em.findOne(Job, where);
    if (job === null) throw notFound('Job');
    if (cancelled === 0) throw new Problem(409, `Job has already ended: ${job.status}`);
    await cancelTask(em, id);
    await forgetContent(em, id);
    await settleAsset(em, job, now);
    audit({ target: id });
    return toJobRecord(job);
  },
});
