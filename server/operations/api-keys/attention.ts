import { z } from 'zod';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import type { Attention } from './key-conditions.ts';
import { keyFilter } from './key-filter.ts';
import { countEveryKey } from './key-page.ts';

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
  async run({ principal, now, services }) {
    const { kind, rows } = services.database;
    const { dialect, organization } = principal;
    const context = { kind, rows, now, orgId: organization.id, dialect };
    // As the list's filter, one by one: each is counted by its index.
    const count = async (attention: Attention) =>
      countEveryKey(rows, await keyFilter({ attention }, context));
    return {
      expiring: await count('expiring'),
      oldSecret: await count('old_secret'),
      unused: await count('unused'),
      blocked: await count('blocked'),
      rotating: await count('rotating'),
      refusedLately: await count('refused_lately'),
    };
  },
});
