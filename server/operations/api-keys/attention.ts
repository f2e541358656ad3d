import { z } from 'zod';
import { ownerJoins } from '../../api-keys/key-owner.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { type Attention, attentions, needsAttention } from './key-conditions.ts';

/** The number of the organization's keys for each kind of attention. */
export const apiKeyAttention = defineOperation({
  name: 'apiKeys.attention',
  summary: 'How many API keys of the organization need attention, by its kind',
  kind: 'query',
  access: parentOrgAdmin({ needsApiAccess: true, managesKeys: true }),
  input: z.strictObject({}),
  output: z.object({
    expiring: z.int(),
    oldSecret: z.int(),
    unused: z.int(),
    blocked: z.int(),
    rotating: z.int(),
    refusedLately: z.int(),
  }),
  async run({ em, principal, now }) {
    const ofLive = attentions.filter((attention) => attention !== 'refused_lately');
    const conditions = ofLive.map((attention) => needsAttention(attention, now));
    const counts = conditions.map(
      ([sql], index) => `count(case when ${sql} then 1 end) as ${ofLive[index]}`,
    );
    const [row] = await em.execute<Record<Attention, number | string>[]>(
      `select ${counts.join(', ')}
       from api_key k join key_order u on u.key_id = k.id ${ownerJoins}
       where k.org_id = ? and k.revoked_at is null`,
      [...conditions.flatMap(([, ...parameters]) => parameters), principal.organization.id],
    );
    const [refused, ...since] = needsAttention('refused_lately', now);
    const [tried] = await em.execute<{ keys: number | string }[]>(
      `select count(*) as keys from api_key k where k.org_id = ? and ${refused}`,
      [principal.organization.id, ...since],
    );
    if (row === undefined) throw new Error('unreachable: a count has a row');
    return {
      expiring: Number(row.expiring),
      oldSecret: Number(row.old_secret),
      unused: Number(row.unused),
      blocked: Number(row.blocked),
      rotating: Number(row.rotating),
      refusedLately: Number(tried?.keys),
    };
  },
});
