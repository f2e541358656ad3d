import { z } from 'zod';
import { pricesOf } from '../../anthropic/prices.ts';
import { daysOfUse } from '../../anthropic/token-use.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';

/** The tokens that scans used under the organization's Anthropic key, by day. */
export const anthropicKeyUsage = defineOperation({
  name: 'anthropicKey.usage',
  summary: 'Tokens that scans used, by day of the last 30 (UTC), oldest first',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({}),
  output: z.object({
    days: z.array(
      z.object({
        day: z.string().describe('YYYY-MM-DD'),
        inputTokens: z.int(),
        outputTokens: z.int(),
        estimatedUsd: z
          .number()
          .nullable()
          .describe(`By Anthropic's list prices of ${pricesOf}; null where one is unknown`),
        unusual: z
          .boolean()
          .describe('More than three times the mean of the days of use in the two weeks before'),
      }),
    ),
  }),
  run: async ({ services, principal, now }) => ({
    days: await daysOfUse(services.database.rows, principal.organization.id, now),
  }),
});
