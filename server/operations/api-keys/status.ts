import { z } from 'zod';
import { apiAccessTier, refusals } from '../../../core/mod.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { liveKeys } from './find-key.ts';

/**
 * Whether the caller may manage keys, and their number. Open on every plan: keys that lie dormant
 * after a downgrade stay visible.
 */
export const apiKeyStatus = defineOperation({
  name: 'apiKeys.status',
  summary: 'Whether the plan includes API access, and how many live keys there are',
  kind: 'query',
  access: parentOrgAdmin({ managesKeys: true }),
  input: z.strictObject({}),
  output: z.object({
    canManage: z.boolean(),
    reason: z.string().nullable(),
    tier: z.int().nullable(),
    activeKeys: z.int(),
    dormantKeys: z.int(),
  }),
  async run({ em, principal, now }) {
    const live = await em.count(ApiKey, liveKeys(principal, now));
    const { tier } = principal.organization;
    const canManage = tier !== null && tier >= apiAccessTier;
    return {
      canManage,
      reason: canManage ? null : refusals.plan_required.detail,
      tier,
      activeKeys: canManage ? live : 0,
      dormantKeys: canManage ? 0 : live,
    };
  },
});
