import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { Job } from '../../database/entities/job.ts';
import { SubOrg } from '../../database/entities/sub-org.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
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
    await assertActiveSubOrg(em, scan);
    const [jobId] = await scanAgain(work, [scan]);
    if (jobId === undefined) throw fileIsGone();
    audit({ target: id, changes: { jobId } });
    return toJobRecord(await em.findOneOrFail(Job, { id: jobId }));
  },
});

/** Nothing new is scanned for a sub-organization that is archived or removed. */
async function assertActiveSubOrg(
  em: EntityManager,
  { orgId = null, subOrgId }: Job,
): Promise<void> {
  if (subOrgId == null) return;
  const active = { id: subOrgId, orgId, archivedAt: null, removedAt: null };
  const found = await em.findOne(SubOrg, active, { lockMode: LockMode.PESSIMISTIC_READ });
  if (found !== null) return;
  throw new Problem(
    409,
    'The sub-organization of this scan is no longer active: submit it elsewhere',
  );
}
