import { z } from 'zod';
import { integer, name } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { lockSubOrg, subOrgRecord, toSubOrgRecord } from './sub-org-record.ts';

/** Renames a sub-org. */
export const updateSubOrg = defineOperation({
  name: 'subOrgs.update',
  summary: 'Rename a sub-organization',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ id: integer(), name: name(100).optional() }),
  output: subOrgRecord,
  async run(work, { id, name }) {
    const subOrg = await lockSubOrg(work, id);
    if (name !== undefined && name !== subOrg.name) {
      work.audit({ target: String(id), changes: { name: { before: subOrg.name, after: name } } });
      subOrg.name = name;
    }
    return toSubOrgRecord(subOrg);
  },
});
