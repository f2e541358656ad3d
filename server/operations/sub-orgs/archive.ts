import { z } from 'zod';
import { integer } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { always } from '../takes-away.ts';
import { archive } from './end-sub-org.ts';
import { lockSubOrg, subOrgRecord, toSubOrgRecord } from './sub-org-record.ts';

/** Archives a sub-org and revokes its keys, in one transaction. Archiving twice changes nothing. */
export const archiveSubOrg = defineOperation({
  name: 'subOrgs.archive',
  summary: 'Archive a sub-organization and revoke its API keys',
  kind: 'mutation',
  access: parentOrgAdmin(),
  takesAway: always,
  input: z.strictObject({ id: integer() }),
  output: subOrgRecord,
  async run(work, { id }) {
    const subOrg = await lockSubOrg(work, id);
    const revokedKeys = await archive(work, subOrg);
    if (revokedKeys !== null) {
      const { name, clerkId, formerClerkId = null } = subOrg;
      const changes = { name, clerkId: clerkId ?? formerClerkId, revokedKeys };
      work.audit({ target: String(id), changes });
    }
    return toSubOrgRecord({ ...subOrg, archivedAt: subOrg.archivedAt ?? work.now }, 0);
  },
});
