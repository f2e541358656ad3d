import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { Webhook, webhookEvents } from '../../database/entities/webhook.ts';
import { timestamp } from '../fields.ts';
import type { Work } from '../operation.ts';
import { notFound } from '../problem.ts';

/** A webhook as it is shown: its signing secret only once, when it is new. */
export const webhookRecord = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(webhookEvents)),
  isActive: z.boolean(),
  disabledReason: z.string().nullable(),
  createdAt: timestamp,
});

/** What an endpoint wants to be told of, without repetition. */
export const events = z
  .array(z.enum(webhookEvents))
  .max(100)
  .min(1)
  .transform((values) => [...new Set(values)]);

export function toWebhookRecord(webhook: Webhook): z.infer<typeof webhookRecord> {
  return {
    id: webhook.id,
    url: webhook.url,
    events: webhook.events,
    isActive: webhook.isActive,
    disabledReason: webhook.disabledReason ?? null,
    createdAt: webhook.createdAt.toISOString(),
  };
}

/**
 * The caller's webhook with this id, held until the transaction ends.
 *
 * @throws {Problem} 404, the same for an unknown id and another organization's.
 */
export async function lockWebhook(
  { em, principal }: Work,
  id: string,
  lockMode: LockMode = LockMode.PESSIMISTIC_WRITE,
): Promise<Webhook> {
  const webhook = await em.findOne(Webhook, { id, orgId: principal.organization.id }, { lockMode });
  if (webhook === null) throw notFound('Webhook');
  return webhook;
}
