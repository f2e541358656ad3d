import { z } from 'zod';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

const counts = z.object({ current: z.int(), previous: z.int(), neither: z.int() });
type Counts = z.infer<typeof counts>;

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
    const keys = await em.execute<Row[]>(
      `select s.scheme as under, count(*) as count
       from api_key_secret s join api_key k on k.id = s.key_id
       where k.revoked_at is null
         and (k.expires_at is null or k.expires_at > ?)
         and s.retired_at is null and (s.retires_at is null or s.retires_at > ?)
       group by s.scheme`,
      [now, now],
    );
    const { prefix, previousPrefix } = services.sealer;
    const webhooks = await em.execute<Row[]>(
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
      ...countsOf(keys, services.scheme.id, previousScheme),
      webhooks: countsOf(webhooks, prefix, previousPrefix),
    };
  },
});

/** How many secrets are under one pepper or key. */
interface Row {
  readonly under: string;
  readonly count: number | string;
}

function countsOf(rows: readonly Row[], current: string, previous: string | null): Counts {
  const sum = { current: 0, previous: 0, neither: 0 };
  for (const { under, count } of rows) {
    const state = under === current ? 'current' : under === previous ? 'previous' : 'neither';
    sum[state] += Number(count);
  }
  return sum;
}
