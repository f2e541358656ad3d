import { z } from 'zod';
import { integer } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { assetRecord, toAssetRecord } from '../assets/asset.ts';
import { environment } from '../assets/environment.ts';
import { defineOperation } from '../operation.ts';
import { findRepo } from './find-repo.ts';

/** One repository. */
export const getRepo = defineOperation({
  name: 'repos.get',
  summary: 'One repository',
  kind: 'query',
  access: dataPlane('repos:read', 'read'),
  input: z.strictObject({ repoId: integer(), environment: environment.optional() }),
  output: assetRecord,
  async run(work, { repoId, environment: asked }) {
    return toAssetRecord(await findRepo(work, repoId, asked));
  },
});
