import { z } from 'zod';
import { apiAccessTier, refusals } from '../../../core/mod.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { isLive } from './key-conditions.ts';

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
  async run({ principal, now, services }) {
    const [condition, ...values] = isLive(now);
    const [count] = await services.database.rows.planned<{ live: number | string }>(
      `select count(*) as live from api_key k where k.org_id = ? and ${condition}`,
      [principal.organization.id, ...values],
    );
    const live = Number(count?.live);
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
