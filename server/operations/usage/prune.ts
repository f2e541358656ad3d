import { z } from 'zod';
import { pruneUsage } from '../../usage/prune.ts';
import { operatorOnly } from '../access.ts';
import { integer } from '../fields.ts';
import { defineOperation } from '../operation.ts';

const day = 24 * 3_600_000;

/** Forgets the calls of every organization's keys that are older than so many days. */
export const pruneCalls = defineOperation({
  name: 'usage.prune',
  summary: 'Forget calls and hourly counts that are older than so many days',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.object({ days: integer(1, 3650).default(90) }),
  output: z.object({ months: z.int(), calls: z.int(), hours: z.int() }),
  // Millions of rows in one transaction would keep every writer waiting.
  prepare({ services, now }, { days }) {
    return pruneUsage(services.database, new Date(now.getTime() - days * day));
  },
  async run({ audit }, { days }, pruned) {
    audit({ target: null, changes: { days, ...pruned } });
    return pruned;
  },
});
