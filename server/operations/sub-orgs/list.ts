import { z } from 'zod';
import { SubOrg } from '../../database/entities/sub-org.ts';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgMember } from '../access.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { subOrgRecord, toSubOrgRecord } from './sub-org-record.ts';

/** Lists sub-orgs, archived ones too. */
export const listSubOrgs = defineOperation({
  name: 'subOrgs.list',
  summary: 'List the sub-organizations',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject(paging),
  output: pageOf(subOrgRecord),
  async run({ em, principal }, input) {
    const where = { orgId: principal.organization.id, removedAt: null };
    const page = await listById(em, SubOrg, where, input);
    return { items: page.items.map(toSubOrgRecord), nextCursor: page.nextCursor };
  },
});
