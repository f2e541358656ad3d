import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Webhook } from './webhook.ts';

/** Attempts that started in one hour. */
export interface WebhookHour {
  /** Hours since 1970. */
  readonly hour: number;
  readonly sent: number;
  /** Attempts among these that the endpoint did not accept. */
  readonly failed: number;
}

/** An endpoint's health. Separate from the webhook, which transactions that write events lock. */
export const WebhookHealth = defineEntity({
  name: 'WebhookHealth',
  tableName: 'webhook_health',
  properties: {
    webhookId: () =>
      p
        .oneToOne(Webhook)
        .mapToPk()
        .primary()
        .fieldName('webhook_id')
        .updateRule('no action')
        .deleteRule('cascade'),
    lastSuccessAt: p.datetime(3).nullable(),
    lastFailureAt: p.datetime(3).nullable(),
    /** The end of the endpoint's `Retry-After`: nothing is sent before it. */
    heldUntil: p.datetime(3).nullable(),
    /** The last 24 at most, oldest first. */
    hours: p.json<WebhookHour[]>(),
  },
});

export type WebhookHealth = InferEntity<typeof WebhookHealth>;
