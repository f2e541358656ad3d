import { z } from 'zod';
import { keyRecord, recordOf } from '../../api-keys/key-record.ts';
import { writeSearchTexts } from '../../database/key-search.ts';
import { rowsWithin } from '../../database/rows.ts';
import { description, id, ipAllowList, label, rateLimit, scopes } from '../../wire/fields.ts';
import { invalidField, Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { recordChanges } from '../record-changes.ts';
import { onlySets } from '../takes-away.ts';
import { changeDescendants, givenBy } from './change-descendants.ts';
import { assertActiveAccount } from './create.ts';
import { assertScopes } from './dialect-rules.ts';
import { assertMayChange, findKey } from './find-key.ts';

/** Changes a key. An absent member leaves the field as it is; null clears it. */
export const updateApiKey = defineOperation({
  name: 'apiKeys.update',
  summary: 'Change an API key: label, description, scopes, allow list, rate limit, disabled, owner',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true, byKeys: 'manage' }),
  takesAway: (input) => onlySets(input, 'disabled', true),
  input: z.strictObject({
    id,
    label: label.optional(),
    description: description.nullish(),
    scopes: scopes.nullish(),
    ipAllowList: ipAllowList.nullish(),
    rateLimit: rateLimit.nullish(),
    disabled: z.boolean().optional(),
    serviceAccountId: id.nullish(),
    createdBy: z.string().optional(),
  }),
  output: keyRecord,
  async run(work, { id, ...wanted }) {
    const { em, principal, now } = work;
    const key = await findKey(em, principal, id, true);
    assertMayChange(principal, key);
    if (key.revokedAt) throw new Problem(409, 'API key is revoked', {}, 'api_key_revoked');
    if (wanted.scopes !== undefined) {
      assertScopes(key.dialect, wanted.scopes, work.services.extraScopes);
    }
    if (wanted.createdBy !== undefined) {
      if (wanted.createdBy !== principal.userId) {
        throw invalidField('createdBy', 'an API key can be taken over only by yourself');
      }
      // Taking over a key transfers its authority to the caller, unless the same call hands it on.
      wanted.serviceAccountId ??= null;
    }
    if (typeof wanted.serviceAccountId === 'string') {
      await assertActiveAccount(work, wanted.serviceAccountId);
    }
    const former = givenBy(key);
    const changes = recordChanges(key, wanted);
    if (changes !== null) {
      key.updatedAt = now;
      work.audit({ target: id, changes });
      await em.flush();
      await writeSearchTexts(em, [key]);
      await work.emit({ type: 'api_key.updated', keyId: id });
      await changeDescendants(work, key, former);
    }
    return recordOf(rowsWithin(em), key.id, now);
  },
});
