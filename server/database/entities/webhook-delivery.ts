import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Webhook } from './webhook.ts';

export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;

/** One event for one endpoint: the outbox, and the outcome of the delivery. */
export const WebhookDelivery = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_delivery',
  indexes: [{ properties: ['webhookId', 'id'] }],
  properties: {
    /** `whd_` and a ULID. */
    id: p.string().primary(),
    webhookId: () =>
      p.manyToOne(Webhook).mapToPk().fieldName('webhook_id').index(false).deleteRule('cascade'),
    /** `msg_` and a ULID: the same for every endpoint and every attempt. */
    eventId: p.string(),
    type: p.string(),
    /** Events of one key are delivered in order. */
    keyId: p.string(),
    /** The body, byte by byte: the signature covers its bytes. */
    payload: p.text(),
    /** Authenticates the message: without a valid MAC it is not sent. */
    mac: p.text().nullable(),
    status: p.enum(deliveryStatuses),
    attempts: p.integer().default(0),
    firstAttemptAt: p.datetime(3).nullable(),
    nextAttemptAt: p.datetime(3).nullable(),
    /** The HTTP status of the last attempt; null when there was no response. */
    lastStatus: p.integer().nullable(),
    lastError: p.text().nullable(),
    createdAt: p.datetime(3),
    deliveredAt: p.datetime(3).nullable(),
  },
});

export type WebhookDelivery = InferEntity<typeof WebhookDelivery>;
