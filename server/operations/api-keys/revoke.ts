import { z } from 'zod';
import { revokeKey } from '../../api-keys/revoke-keys.ts';
import { id, text } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { always } from '../takes-away.ts';

/** Revokes a key; there is no way back. An unknown, foreign or already revoked key is not found. */
export const revokeApiKey = defineOperation({
  name: 'apiKeys.revoke',
  summary: 'Revoke an API key permanently; it is refused from the next request on',
  kind: 'mutation',
  access: parentOrgAdmin({ managesKeys: true }),
  takesAway: always,
  input: z.strictObject({ id, reason: text(0, 200).nullish() }),
  output: z.null(),
  async run({ em, principal, now, audit, services }, { id, reason = null }) {
    const own = { id, orgId: principal.organization.id };
    const { random, database } = services;
    if (!(await revokeKey(em, own, reason, { now, random, rowMacs: database.rowMacs }))) {
      throw notFound('API key', 'api_key_not_found');
    }
    audit({ target: id, changes: { reason } });
    return null;
  },
});
