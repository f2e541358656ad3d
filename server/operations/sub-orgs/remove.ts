import { z } from 'zod';
import { integer } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { remove } from './end-sub-org.ts';
import { lockSubOrg } from './sub-org-record.ts';

/**
 * Removes a sub-org and revokes its keys, in one transaction. The row stays for three reasons: its
 * id is never used again, its former members stay outside every other scope, and the Clerk
 * organization that it was linked to is not linked again automatically.
 */
export const removeSubOrg = defineOperation({
  name: 'subOrgs.remove',
  summary: 'Remove a sub-organization and revoke its API keys',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ id: integer() }),
  output: z.null(),
  async run(work, { id }) {
    const subOrg = await lockSubOrg(work, id);
    const { name, clerkId, formerClerkId = null } = subOrg;
    const revokedKeys = await remove(work, subOrg);
    // The last linked Clerk organization is recorded: it stays unlinked after a restore too.
    const changes = { name, clerkId: clerkId ?? formerClerkId, revokedKeys };
    work.audit({ target: String(id), changes });
    return null;
  },
});
