import { z } from 'zod';
import { integer, pageOf, paging } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { jobRecord, listedJobs } from '../jobs/job-record.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import type { Paging } from '../own-records.ts';
import { type AssetKind, extensions, findAsset, repositories, type Wanted } from './asset-kind.ts';
import { environment } from './environment.ts';

/** One page of an asset's analyses. */
async function scansOf(kind: AssetKind, work: OperationContext, wanted: Wanted, page: Paging) {
  const asset = await findAsset(kind, work, wanted);
  return listedJobs.list(work, { [kind.jobColumn]: asset.id }, page);
}

const listing = { environment: environment.optional(), ...paging };

/** The analyses of a repository, newest first. */
export const listRepoScans = defineOperation({
  name: 'repos.scans',
  summary: "A repository's scans",
  kind: 'query',
  access: dataPlane('repos:read', 'read'),
  input: z.strictObject({ repoId: integer(), ...listing }),
  output: pageOf(jobRecord),
  run: (work, { repoId: id, environment: asked, ...page }) =>
    scansOf(repositories, work, { id, asked }, page),
});

/** The analyses of an extension, newest first. */
export const listExtensionScans = defineOperation({
  name: 'extensions.scans',
  summary: "An extension's scans",
  kind: 'query',
  access: dataPlane('extensions:read', 'read'),
  input: z.strictObject({ extensionId: integer(), ...listing }),
  output: pageOf(jobRecord),
  run: (work, { extensionId: id, environment: asked, ...page }) =>
    scansOf(extensions, work, { id, asked }, page),
});
