import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { Webhook, webhookEvents } from '../../database/entities/webhook.ts';
import { WebhookHealth } from '../../database/entities/webhook-health.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { healthOf, healthStates } from '../../webhooks/health.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import type { OperationContext } from '../operation.ts';

/** A webhook as readers get it: its signing secret only once, when it is new. */
export const webhookRecord = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(webhookEvents)),
  isActive: z.boolean(),
  disabledReason: z.string().nullable(),
  health: z.enum(healthStates).describe('`failing`: the last attempt was not accepted'),
  lastSuccessAt: timestamp.nullable(),
  sent24h: z.int().describe('Attempts of this hour and the 23 before it'),
  failed24h: z.int().describe('Of these, not accepted'),
  createdAt: timestamp,
});

/** The event types that an endpoint subscribes to, without repetition. */
export const events = z
  .array(z.enum(webhookEvents))
  .max(100)
  .min(1)
  .transform((values) => [...new Set(values)]);

/** Webhooks as readers get them, in the order given. */
export async function toWebhookRecords(
  em: EntityManager,
  webhooks: readonly Webhook[],
  now: Date,
): Promise<z.infer<typeof webhookRecord>[]> {
  const ids = webhooks.map(({ id }) => id);
  const found = await em.find(
    WebhookHealth,
    { webhookId: { $in: ids } },
    { disableIdentityMap: true },
  );
  const healths = new Map(found.map((health) => [health.webhookId, health]));
  return webhooks.map((webhook) => ({
    id: webhook.id,
    url: webhook.url,
    events: webhook.events,
    isActive: webhook.isActive,
    disabledReason: webhook.disabledReason ?? null,
    ...healthOf(webhook.isActive, healths.get(webhook.id), now),
    createdAt: iso(webhook.createdAt),
  }));
}

/** The same for one webhook. */
export async function toWebhookRecord(em: EntityManager, webhook: Webhook, now: Date) {
  const [record] = await toWebhookRecords(em, [webhook], now);
  if (record === undefined) throw new Error('unreachable: each webhook has a record');
  return record;
}

/**
 * The caller's webhook with this id, held until the transaction ends.
 *
 * @throws {Problem} 404, the same for an unknown id and another organization's.
 */
export async function lockWebhook(
  { em, principal }: OperationContext,
  id: string,
  lockMode: LockMode = LockMode.PESSIMISTIC_WRITE,
): Promise<Webhook> {
  const webhook = await em.findOne(Webhook, { id, orgId: principal.organization.id }, { lockMode });
  if (webhook === null) throw notFound('Webhook');
  return webhook;
}
