import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A webhook message that was applied: a second one with its id is a replay and changes nothing. */
export const WebhookReceipt = defineEntity({
  name: 'WebhookReceipt',
  tableName: 'webhook_receipt',
  properties: {
    id: p.string().primary(),
    receivedAt: p.datetime(3),
  },
});

export type WebhookReceipt = InferEntity<typeof WebhookReceipt>;
