import { z } from 'zod';
import { integer, pageOf, paging } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { jobRecord, listedJobs } from '../jobs/job-record.ts';
import { defineOperation } from '../operation.ts';
import { extensions, findAsset, repositories } from './asset-kind.ts';
import { environment } from './environment.ts';

const listing = { environment: environment.optional(), ...paging };

/** The analyses of a repository, newest first. */
export const listRepoScans = defineOperation({
  name: 'repos.scans',
  summary: "A repository's scans",
  kind: 'query',
  access: dataPlane('repos:read', 'read'),
  input: z.strictObject({ repoId: integer(), ...listing }),
  output: pageOf(jobRecord),
  async run(work, { repoId, environment: asked, ...paging }) {
    const repo = await findAsset(repositories, work, { id: repoId, asked });
    return listedJobs.list(work, { repo_id: repo.id }, paging);
  },
});

/** The analyses of an extension, newest first. */
export const listExtensionScans = defineOperation({
  name: 'extensions.scans',
  summary: "An extension's scans",
  kind: 'query',
  access: dataPlane('extensions:read', 'read'),
  input: z.strictObject({ extensionId: integer(), ...listing }),
  output: pageOf(jobRecord),
  async run(work, { extensionId, environment: asked, ...paging }) {
    const extension = await findAsset(extensions, work, { id: extensionId, asked });
    return listedJobs.list(work, { extension_id: extension.id }, paging);
  },
});
