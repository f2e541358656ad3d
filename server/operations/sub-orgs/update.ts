import { z } from 'zod';
import { rowsWithin } from '../../database/rows.ts';
import { integer, name } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { withActiveKeys } from '../api-keys/active-keys.ts';
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
    const of = { orgId: subOrg.orgId, now: work.now };
    const [{ activeKeys } = { activeKeys: 0 }] = await withActiveKeys(
      rowsWithin(work.em),
      'sub_org',
      [subOrg],
      of,
    );
    return toSubOrgRecord(subOrg, activeKeys);
  },
});
