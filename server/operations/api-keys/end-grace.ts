import { z } from 'zod';
import { keyRecord, notEnded, previewOf, recordOf } from '../../api-keys/key-record.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { rowsWithin } from '../../database/rows.ts';
import { id } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { always } from '../takes-away.ts';
import { findKey } from './find-key.ts';

/** Ends the grace of a rotation now: the retiring secret is refused from the next request on. */
export const endApiKeyGrace = defineOperation({
  name: 'apiKeys.endGrace',
  summary: 'End the grace of a rotation at once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  takesAway: always,
  input: z.strictObject({ id }),
  output: keyRecord,
  async run({ em, principal, now, audit, emit }, { id }) {
    const key = await findKey(em, principal, id, true);
    const underWay = { keyId: id, ...notEnded };
    const [latest] = await em.find(ApiKeySecret, underWay, {
      orderBy: { retiresAt: 'desc' },
      disableIdentityMap: true,
    });
    if (latest !== undefined) {
      await em.nativeUpdate(ApiKeySecret, underWay, { retiredAt: now });
      const changes = { retiringPreview: { before: previewOf(latest), after: null } };
      audit({ target: id, changes });
      await em.flush();
      await emit({ type: 'api_key.updated', keyId: id });
    }
    return recordOf(rowsWithin(em), key.id, now);
  },
});
