import { z } from 'zod';
import { type CountRow, countKeySecrets, countsOf } from '../../database/key-secret-counts.ts';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

const counts = z.object({ current: z.int(), previous: z.int(), neither: z.int() });

/**
 * Counts API key secrets that still work by the pepper they are stored under, and webhooks' signing
 * secrets by the key they are sealed under.
 */
export const secretStatus = defineOperation({
  name: 'secrets.status',
  summary: 'How many secrets a change of SERVER_SECRET has moved',
  kind: 'query',
  access: operatorOnly(),
  /** The scheme of the previous pepper, where there is one. */
  input: z.object({ previousScheme: z.string().nullish() }),
  output: counts.extend({ webhooks: counts }),
  async run({ em, services, now }, { previousScheme = null }) {
    const schemes = { current: services.scheme.id, previous: previousScheme };
    const keys = await countKeySecrets(em, schemes, now);
    const { prefix, previousPrefix } = services.sealer;
    const webhooks = await em.execute<CountRow[]>(
      `select substr(sealed, 1, ?) as under, count(*) as count
       from (
         select secret as sealed from webhook
         union all
         select previous_secret from webhook where previous_secret is not null
       ) as signing
       group by under`,
      [prefix.length],
    );
    return {
      ...keys,
      webhooks: countsOf(webhooks, { current: prefix, previous: previousPrefix }),
    };
  },
});
