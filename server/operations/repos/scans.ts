import { z } from 'zod';
import { integer, pageOf, paging } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { findAsset, repositories } from '../assets/asset-kind.ts';
import { environment } from '../assets/environment.ts';
import { jobRecord, listedJobs } from '../jobs/job-record.ts';
import { defineOperation } from '../operation.ts';

/** The analyses of a repository, newest first. */
export const listRepoScans = defineOperation({
  name: 'repos.scans',
  summary: "A repository's scans",
  kind: 'query',
  access: dataPlane('repos:read', 'read'),
  input: z.strictObject({
    repoId: integer(),
    environment: environment.optional(),
    ...paging,
  }),
  output: pageOf(jobRecord),
  async run(work, { repoId, environment: asked, ...paging }) {
    const repo = await findAsset(repositories, work, { id: repoId, asked });
    return listedJobs.list(work, { repo_id: repo.id }, paging);
  },
});
