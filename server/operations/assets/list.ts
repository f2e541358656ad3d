import { z } from 'zod';
import { integer, pageOf, paging } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { resolveSubOrg } from '../sub-orgs/sub-org-scope.ts';
import { assetRecord, toAssetRecord } from './asset.ts';
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
    async run({ em, principal }, { subOrgId = null, environment: asked, ...paging }) {
      const within = await resolveSubOrg(em, principal, subOrgId, kind.outside, 'filter');
      const where = {
        orgId: principal.organization.id,
        environment: environmentOf(principal, asked),
        ...(within === null ? {} : { subOrgId: within }),
      };
      const page = await kind.list(em, where, paging);
      return { items: page.items.map(toAssetRecord), nextCursor: page.nextCursor };
    },
  });
}

/** Lists repositories: a scoped caller's own sub-org's only. */
export const listRepos = listOf(repositories);

/** Lists extensions: a scoped caller's own sub-org's only. */
export const listExtensions = listOf(extensions);
