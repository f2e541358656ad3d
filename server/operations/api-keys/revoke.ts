import { z } from 'zod';
import { revokeDescendants } from '../../api-keys/lineage.ts';
import { revokeKey } from '../../api-keys/revoke-keys.ts';
import { id, text } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { always } from '../takes-away.ts';
import { assertMayChange, findKey } from './find-key.ts';

/**
 * Revokes a key; there is no way back. An unknown, foreign or already revoked key is not found. Where
 * an admin or the operator revokes a key, all keys that it made end with it; where a key does, only
 * the one.
 */
export const revokeApiKey = defineOperation({
  name: 'apiKeys.revoke',
  summary: 'Revoke an API key permanently; it is refused from the next request on',
  kind: 'mutation',
  access: parentOrgAdmin({ managesKeys: true, byKeys: 'manage' }),
  takesAway: always,
  input: z.strictObject({ id, reason: text(0, 200).nullish() }),
  output: z.null(),
  async run({ em, principal, now, audit, services }, { id, reason = null }) {
    // Only a dialect's own paths limit the keys: elsewhere the update finds the key by itself.
    if (principal.dialect !== null) assertMayChange(principal, await findKey(em, principal, id));
    const own = { id, orgId: principal.organization.id };
    const context = { now, random: services.random, rowMacs: services.database.rowMacs };
    const key = await revokeKey(em, own, reason, context);
    if (key === null) throw notFound('API key', 'api_key_not_found');
    if (key.dialect !== 'repurai' || principal.kind === 'key') {
      audit({ target: id, changes: { reason } });
      return null;
    }
    const descendants = await revokeDescendants(em, key, reason, context);
    audit({ target: id, changes: { reason, descendants: descendants.length } });
    for (const each of descendants) audit({ target: each, changes: { reason, with: id } });
    return null;
  },
});
