import { z } from 'zod';
import { revokeKeys } from '../../api-keys/revoke-keys.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { integer } from '../../wire/fields.ts';
import { Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { always } from '../takes-away.ts';
import { liveKeys } from './find-key.ts';

/** Revokes every live key of the organization in one transaction, however many there are. */
export const revokeAllApiKeys = defineOperation({
  name: 'apiKeys.revokeAll',
  summary: 'Revoke every live API key of the organization',
  kind: 'mutation',
  access: parentOrgAdmin({ managesKeys: true }),
  takesAway: always,
  // No key is added between the count and the end.
  hold: 'exclusive',
  input: z.strictObject({ confirm: integer(0) }),
  output: z.object({ revoked: z.int() }),
  async run({ em, principal, now, audit, services }, { confirm }) {
    const live = await em.count(ApiKey, liveKeys(principal, now));
    if (live !== confirm) {
      throw new Problem(
        409,
        `The organization has ${live} live API keys: send that number as confirm`,
      );
    }
    const { random, database } = services;
    const context = { now, random, rowMacs: database.rowMacs };
    const revoked = await revokeKeys(em, liveKeys(principal, now), 'all keys revoked', context);
    audit({ target: principal.organization.id, changes: { revoked: revoked.length } });
    return { revoked: revoked.length };
  },
});
