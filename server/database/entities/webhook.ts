import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Organization } from './organization.ts';

/** Event types of webhooks. */
export const webhookEvents = [
  'api_key.created',
  'api_key.updated',
  'api_key.rotated',
  'api_key.revoked',
  'api_key.expiring',
  'api_key.leaked',
  'api_key.refused',
] as const;

export type WebhookEvent = (typeof webhookEvents)[number];

/** An organization's URL that events are sent to. */
export const Webhook = defineEntity({
  name: 'Webhook',
  tableName: 'webhook',
  indexes: [{ properties: ['orgId', 'id'] }],
  properties: {
    /** `wh_` and a ULID. */
    id: p.string().primary(),
    orgId: () => p.manyToOne(Organization).mapToPk().fieldName('org_id').index(false),
    url: p.text(),
    events: p.json<WebhookEvent[]>(),
    isActive: p.boolean().default(true),
    /** The reason why the webhook is not active; null when its owner switched it off. */
    disabledReason: p.text().nullable(),
    /** The signing secret, sealed. */
    secret: p.text(),
    /** The previous secret, sealed; messages carry its signature too until its end. */
    previousSecret: p.text().nullable(),
    previousSecretUntil: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type Webhook = InferEntity<typeof Webhook>;
