import { z } from 'zod';
import { integer, pageOf, paging } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { resolveSubOrg } from '../sub-orgs/sub-org-scope.ts';
import { assetRecord } from './asset.ts';
import { type AssetKind, extensions, repositories } from './asset-kind.ts';
import { environment, environmentOf } from './environment.ts';

function listOf(kind: AssetKind) {
  return defineOperation({
    name: `${kind.noun}.list`,
    summary: `List ${kind.words.many}`,
    kind: 'query',
    access: dataPlane(kind.readScope, 'read'),
    input: z.strictObject({
      subOrgId: integer().optional(),
      environment: environment.optional(),
      ...paging,
    }),
    output: pageOf(assetRecord),
    async run(work, { subOrgId = null, environment: asked, ...paging }) {
      const within = await resolveSubOrg(work, subOrgId, kind.outside, 'filter');
      const where = {
        environment: environmentOf(work.principal, asked),
        sub_org_id: within ?? undefined,
      };
      return kind.records.list(work, where, paging);
    },
  });
}

/** Lists repositories: a scoped caller's own sub-org's only. */
export const listRepos = listOf(repositories);

/** Lists extensions: a scoped caller's own sub-org's only. */
export const listExtensions = listOf(extensions);
