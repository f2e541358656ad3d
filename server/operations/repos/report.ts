import { z } from 'zod';
import { Job } from '../../database/entities/job.ts';
import { integer } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { reportRecord } from '../assets/asset.ts';
import { environment } from '../assets/environment.ts';
import { reportOf } from '../assets/report-of.ts';
import { defineOperation } from '../operation.ts';
import { findRepo } from './find-repo.ts';

/** The report of a repository's last completed analysis. */
export const getRepoReport = defineOperation({
  name: 'repos.report',
  summary: "A repository's report",
  kind: 'query',
  access: dataPlane('repos:read', 'read'),
  input: z.strictObject({ repoId: integer(), environment: environment.optional() }),
  output: reportRecord.extend({ repoId: z.int() }),
  async run(work, { repoId, environment: asked }) {
    const repo = await findRepo(work, repoId, asked);
    const last = await work.em.findOne(
      Job,
      { repoId, status: 'completed' },
      { orderBy: { id: 'desc' } },
    );
    return { repoId, ...reportOf(repo, last) };
  },
});
