import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { WebhookDelivery } from './webhook-delivery.ts';

/** One request to an endpoint and its response. The newest of each webhook are kept. */
export const WebhookAttempt = defineEntity({
  name: 'WebhookAttempt',
  tableName: 'webhook_attempt',
  indexes: [{ properties: ['webhookId', 'id'] }, { properties: ['deliveryId', 'id'] }],
  properties: {
    /** `wha_` and a ULID. */
    id: p.string().primary(),
    deliveryId: () =>
      p
        .manyToOne(WebhookDelivery)
        .mapToPk()
        .fieldName('delivery_id')
        .index(false)
        .deleteRule('cascade'),
    /** No foreign key: its check would lock the webhook after the delivery, the wrong order. */
    webhookId: p.string(),
    at: p.datetime(3),
    durationMs: p.integer(),
    /** The webhook's URL at that time. */
    url: p.text(),
    /** The HTTP status; null when there was no response. */
    status: p.integer().nullable(),
    /** Null when the endpoint accepted the message. */
    error: p.text().nullable(),
    /** The first 2 KB of the response's body, at most, without secrets. */
    answer: p.text().nullable(),
  },
});

export type WebhookAttempt = InferEntity<typeof WebhookAttempt>;
