import { z } from 'zod';
import { refusals } from '../../../core/mod.ts';
import { Repo } from '../../database/entities/repo.ts';
import { integer, pageOf, paging } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { assetRecord, toAssetRecord } from '../assets/asset.ts';
import { environment, environmentOf } from '../assets/environment.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { resolveSubOrg } from '../sub-orgs/sub-org-scope.ts';

/** Lists repositories: a scoped caller's own sub-org's only. */
export const listRepos = defineOperation({
  name: 'repos.list',
  summary: 'List repositories',
  kind: 'query',
  access: dataPlane('repos:read', 'read'),
  input: z.strictObject({
    subOrgId: integer().optional(),
    environment: environment.optional(),
    ...paging,
  }),
  output: pageOf(assetRecord),
  async run({ em, principal }, { subOrgId = null, environment: asked, ...paging }) {
    const outside = refusals.repository_out_of_scope;
    const within = await resolveSubOrg(em, principal, subOrgId, outside, 'filter');
    const where = {
      orgId: principal.organization.id,
      environment: environmentOf(principal, asked),
      ...(within === null ? {} : { subOrgId: within }),
    };
    const page = await listById(em, Repo, where, paging);
    return { items: page.items.map(toAssetRecord), nextCursor: page.nextCursor };
  },
});
