import { z } from 'zod';
import { operatorOnly } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { moveRows } from './move-rows.ts';

/** Moves all movable rows to the secret in use, now instead of within the hour. */
export const moveSecrets = defineOperation({
  name: 'secrets.move',
  summary: 'Move what is stored under the previous SERVER_SECRET to the one in use',
  kind: 'mutation',
  access: operatorOnly(),
  input: z.strictObject({}),
  output: z.object({
    webhooks: z.int(),
    anthropicKeys: z.int(),
    rows: z.int(),
    unreadable: z.int(),
    unreadableWebhooks: z.array(z.string()).readonly(),
    unreadableAnthropicKeys: z.array(z.string()).readonly(),
  }),
  // Before the operation's transaction, one transaction per batch: the rows may be many.
  prepare: ({ services }) => moveRows(services),
  async run({ audit }, _input, moved) {
    audit({ target: null, changes: { ...moved } });
    return moved;
  },
});
