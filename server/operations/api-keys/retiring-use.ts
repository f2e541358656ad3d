import { z } from 'zod';
import { retiring } from '../../api-keys/key-record.ts';
import { ApiKeySecret } from '../../database/entities/api-key-secret.ts';
import { KeyRetiringUse } from '../../database/entities/key-retiring-use.ts';
import { id, iso, timestamp } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { findKey } from './find-key.ts';

/** Callers in the answer, at most. */
const shown = 100;

/**
 * The callers that still use the retiring secret since the rotation. When the list is empty, its
 * grace can end early; it is also empty when no rotation is in progress.
 */
export const retiringApiKeyUse = defineOperation({
  name: 'apiKeys.retiringUse',
  summary: 'From where the retiring secret of an API key is still used',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({ id }),
  output: z.object({
    retiringUntil: timestamp.nullable(),
    items: z.array(
      z.object({
        ipAddress: z.string().nullable(),
        userAgent: z.string().nullable(),
        calls: z.int(),
        lastUsedAt: timestamp,
      }),
    ),
  }),
  async run({ em, principal, now }, { id }) {
    await findKey(em, principal, id);
    const secret = await em.findOne(ApiKeySecret, { keyId: id, ...retiring(now) });
    if (!secret?.retiresAt) return { retiringUntil: null, items: [] };
    const places = await em.find(
      KeyRetiringUse,
      { keyId: id, retiresAt: secret.retiresAt },
      { orderBy: { lastUsedAt: 'desc' }, limit: shown },
    );
    return {
      retiringUntil: iso(secret.retiresAt),
      items: places.map(({ ipAddress, userAgent, calls, lastUsedAt }) => ({
        ipAddress: ipAddress || null,
        userAgent: userAgent || null,
        calls,
        lastUsedAt: iso(lastUsedAt),
      })),
    };
  },
});
