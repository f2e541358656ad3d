import { z } from 'zod';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';

/** Counts secrets that still work by the pepper they are stored under. */
export const secretStatus = defineOperation({
  name: 'secrets.status',
  summary: 'How many API key secrets a change of SERVER_SECRET has moved',
  kind: 'query',
  access: operatorOnly(),
  /** The scheme of the previous pepper, where there is one. */
  input: z.object({ previousScheme: z.string().nullish() }),
  output: z.object({ current: z.int(), previous: z.int(), neither: z.int() }),
  async run({ em, services, now }, { previousScheme = null }) {
    const rows = await em.execute<{ scheme: string; count: number | string }[]>(
      `select s.scheme, count(*) as count
       from api_key_secret s join api_key k on k.id = s.key_id
       where k.revoked_at is null
         and (k.expires_at is null or k.expires_at > ?)
         and (s.retires_at is null or s.retires_at > ?)
       group by s.scheme`,
      [now, now],
    );
    const counts = { current: 0, previous: 0, neither: 0 };
    for (const { scheme, count } of rows) {
      if (scheme === services.scheme.id) counts.current += Number(count);
      else if (scheme === previousScheme) counts.previous += Number(count);
      else counts.neither += Number(count);
    }
    return counts;
  },
});
