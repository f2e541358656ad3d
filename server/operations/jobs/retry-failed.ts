import { z } from 'zod';
import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import { Job } from '../../database/entities/job.ts';
import { parentOrgAdmin } from '../access.ts';
import { assertMayScan } from '../assets/queue-analysis.ts';
import { defineOperation } from '../operation.ts';
import { scanAgain } from './scan-again.ts';

/** Scans of one call; the next call does the rest. */
const maxScans = 1_000;

/**
 * Does the scans again that failed for the organization's Anthropic key: of each repository or
 * extension its newest scan, if that is one of them. A second call therefore repeats none.
 */
export const retryFailedJobs = defineOperation({
  name: 'jobs.retryFailed',
  summary: `Do the scans again that failed for the Anthropic key, as new jobs: ${maxScans} in a call`,
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({}),
  output: z.object({ retried: z.int() }),
  async run(work) {
    const { em, principal, audit } = work;
    const orgId = principal.organization.id;
    await assertMayScan(work, 'live');
    await acquireAdvisoryLock(em, `retry of ${orgId}`);
    const failed = await em.execute<{ id: string }[]>(
      `select j.id from job j
       where j.org_id = ? and j.status = 'failed' and j.failed_for = 'anthropic_key'
         and not exists (select 1 from job n where n.repo_id = j.repo_id and n.id > j.id)
         and not exists (select 1 from job n where n.extension_id = j.extension_id and n.id > j.id)
         and not exists (select 1 from extension e where e.id = j.extension_id and e.url is null)
         and not exists (
           select 1 from sub_org s
           where s.id = j.sub_org_id and (s.archived_at is not null or s.removed_at is not null)
         )
       order by j.id limit ${maxScans}`,
      [orgId],
    );
    const scans = await em.find(Job, { id: { $in: failed.map(({ id }) => id) } });
    const { length: retried } = await scanAgain(work, scans);
    audit({ target: orgId, changes: { retried } });
    return { retried };
  },
});
