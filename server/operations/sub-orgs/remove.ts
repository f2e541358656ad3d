import { z } from 'zod';
import { parentOrgAdmin } from '../access.ts';
import { integer } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { lockSubOrg, revokeKeysOf } from './sub-org-record.ts';

/**
 * Removes a sub-org and revokes its keys, in one transaction. The row stays, so that its id is never
 * used again and what belonged to it stays outside every other scope.
 */
export const removeSubOrg = defineOperation({
  name: 'subOrgs.remove',
  summary: 'Remove a sub-organization and revoke its API keys',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.object({ id: integer() }),
  output: z.null(),
  async run(work, { id }) {
    const subOrg = await lockSubOrg(work, id);
    subOrg.removedAt = work.now;
    subOrg.clerkId = null;
    subOrg.linkMac = null;
    const revokedKeys = await revokeKeysOf(work, id, 'sub-organization removed');
    work.audit({ target: String(id), changes: { name: subOrg.name, revokedKeys } });
    return null;
  },
});
