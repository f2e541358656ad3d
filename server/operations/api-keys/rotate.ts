import { z } from 'zod';
import { keyRecord, notEnded, previewOf, recordOf } from '../../api-keys/key-record.ts';
import { isRecordedAfter } from '../../audit/head.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { rowsWithin } from '../../database/rows.ts';
import { id, integer } from '../../wire/fields.ts';
import { Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';
import { newSecret } from './new-secret.ts';

/**
 * Gives a key a new secret. The old one works until the grace is over, or not at all without one; a
 * running grace ends. Of two concurrent rotations, one wins and the other changes nothing.
 */
export const rotateApiKey = defineOperation({
  name: 'apiKeys.rotate',
  summary: 'Replace the secret of an API key; the answer shows the new one, once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({ id, graceSeconds: integer(0, 604_800).default(0) }),
  output: z.object({ key: keyRecord, rawKey: z.string() }),
  /**
   * The time of the authorization, by the audit log: the request's body may have arrived much
   * later.
   */
  prepare: ({ principal }) => principal.authorizedAt,
  async run(work, { id, graceSeconds }, authorizedAt) {
    const { em, principal, now } = work;
    const key = await findKey(em, principal, id, true);
    if (key.revokedAt || (key.expiresAt && key.expiresAt <= now)) {
      throw new Problem(409, 'API key is expired or revoked', {}, 'api_key_ended');
    }
    if (await isRecordedAfter(em, authorizedAt, { action: 'apiKeys.rotate', target: id })) {
      throw new Problem(409, 'API key was rotated meanwhile', {}, 'api_key_rotated');
    }
    const current = { keyId: id, retiresAt: null };
    const replaced = await em.findOneOrFail(ApiKeySecret, current, { disableIdentityMap: true });
    await em.nativeUpdate(ApiKeySecret, { keyId: id, ...notEnded }, { retiredAt: now });
    const graceEnd = new Date(now.getTime() + graceSeconds * 1000);
    const retiresAt = key.expiresAt && key.expiresAt < graceEnd ? key.expiresAt : graceEnd;
    const retiredAt = graceSeconds === 0 ? now : null;
    const changed = await em.nativeUpdate(ApiKeySecret, current, { retiresAt, retiredAt });
    if (changed !== 1) throw new Error(`key ${id} has ${changed} current secrets`);
    const { rawKey, fingerprints } = newSecret(work, key);
    key.updatedAt = now;
    await em.flush();
    await work.emit({ type: 'api_key.rotated', keyId: id });
    const record = await recordOf(rowsWithin(em), key.id, now);
    const preview = { before: previewOf(replaced), after: record.preview };
    work.audit({ target: id, changes: { graceSeconds, preview, fingerprints } });
    return { key: record, rawKey };
  },
});
