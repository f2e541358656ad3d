import { z } from 'zod';
import { endSubOrgLink } from '../../sessions/sub-org-link.ts';
import { parentOrgAdmin } from '../access.ts';
import { integer } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { lockSubOrg, revokeKeysOf } from './sub-org-record.ts';

/**
 * Removes a sub-org and revokes its keys, in one transaction. The row stays, so that its id is never
 * used again, what belonged to it stays outside every other scope, and the Clerk organization that it
 * was linked to is not linked again by itself.
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
    await endSubOrgLink(work.em, work.services.database.rowMacs, subOrg);
    subOrg.removedAt = work.now;
    // Clerk has not named its parent again since; see `linkSubOrg`.
    subOrg.asOf = null;
    const revokedKeys = await revokeKeysOf(work, id, 'sub-organization removed');
    work.audit({ target: String(id), changes: { name: subOrg.name, revokedKeys } });
    return null;
  },
});
