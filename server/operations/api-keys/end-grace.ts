import { z } from 'zod';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { parentOrgAdmin } from '../access.ts';
import { id } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';
import { keyRecord, recordOf } from './key-record.ts';

/** Ends the grace of a rotation now: the retiring secret is refused from the next request on. */
export const endApiKeyGrace = defineOperation({
  name: 'apiKeys.endGrace',
  summary: 'End the grace of a rotation at once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.object({ id }),
  output: keyRecord,
  async run({ em, principal, now, audit, emit }, { id }) {
    const key = await findKey(em, principal, id, true);
    const ended = await em.nativeUpdate(
      ApiKeySecret,
      { keyId: id, retiresAt: { $gt: now } },
      { retiresAt: now },
    );
    if (ended > 0) {
      audit({ target: id });
      await em.flush();
      await emit({ type: 'api_key.updated', keyId: id });
    }
    return recordOf(em, key, now);
  },
});
