import { z } from 'zod';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgMember } from '../access.ts';
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
  run: (work, paging) => subOrgs.list(work, { removed_at: null }, paging),
});
