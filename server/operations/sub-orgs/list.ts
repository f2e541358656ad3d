import { z } from 'zod';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgMember } from '../access.ts';
import { withActiveKeys } from '../api-keys/active-keys.ts';
import { defineOperation } from '../operation.ts';
import { subOrgRecord, subOrgs } from './sub-org-record.ts';

/** Lists sub-orgs, archived ones too. */
export const listSubOrgs = defineOperation({
  name: 'subOrgs.list',
  summary: 'List the sub-organizations',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject(paging),
  output: pageOf(subOrgRecord),
  async run(work, paging) {
    const { items, nextCursor } = await subOrgs.list(work, { removed_at: null }, paging);
    const of = { orgId: work.principal.organization.id, now: work.now };
    const { rows } = work.services.database;
    return { items: await withActiveKeys(rows, 'sub_org', items, of), nextCursor };
  },
});
