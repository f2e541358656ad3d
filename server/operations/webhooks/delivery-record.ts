import { z } from 'zod';
import { WebhookAttempt } from '../../database/entities/webhook-attempt.ts';
import {
  deliveryStatuses,
  type WebhookDelivery,
} from '../../database/entities/webhook-delivery.ts';
import type { EntityManager } from '../../database/entity-manager.ts';
import { shownHeaders } from '../../webhooks/attempt.ts';
import { iso, timestamp } from '../../wire/fields.ts';

/** One request to an endpoint and its answer. */
export const attemptRecord = z.object({
  at: timestamp,
  durationMs: z.int(),
  url: z.string(),
  headers: z.record(z.string(), z.string()).describe('As sent, without the signature'),
  status: z.int().nullable().describe('The HTTP status; null when there was no answer'),
  error: z.string().nullable().describe('Null when the message was accepted'),
  answer: z
    .string()
    .nullable()
    .describe('The first 2 KB of the body of the answer: text from outside, never to be run'),
});

/** One event for one webhook, and its state. */
export const deliveryRecord = z.object({
  id: z.string(),
  webhookId: z.string(),
  eventId: z.string(),
  type: z.string(),
  keyId: z.string(),
  payload: z.string().describe('The body as it is sent'),
  status: z.enum(deliveryStatuses),
  attemptCount: z.int(),
  attempts: z.array(attemptRecord).describe('Oldest first; the newest 1,000 of a webhook are kept'),
  nextAttemptAt: timestamp.nullable(),
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  createdAt: timestamp,
  deliveredAt: timestamp.nullable(),
});

/** Deliveries as readers get them, in the order given. */
export async function toDeliveryRecords(
  em: EntityManager,
  deliveries: readonly WebhookDelivery[],
): Promise<z.infer<typeof deliveryRecord>[]> {
  const attempts = await em.find(
    WebhookAttempt,
    { deliveryId: { $in: deliveries.map(({ id }) => id) } },
    { orderBy: { id: 'asc' }, disableIdentityMap: true },
  );
  const byDelivery = Map.groupBy(attempts, ({ deliveryId }) => deliveryId);
  return deliveries.map((delivery) => ({
    id: delivery.id,
    webhookId: delivery.webhookId,
    eventId: delivery.eventId,
    type: delivery.type,
    keyId: delivery.keyId,
    payload: delivery.payload,
    status: delivery.status,
    attemptCount: delivery.attempts,
    attempts: (byDelivery.get(delivery.id) ?? []).map((attempt) =>
      toAttemptRecord(delivery.eventId, attempt),
    ),
    nextAttemptAt: iso(delivery.nextAttemptAt),
    lastStatus: delivery.lastStatus ?? null,
    lastError: delivery.lastError ?? null,
    createdAt: iso(delivery.createdAt),
    deliveredAt: iso(delivery.deliveredAt),
  }));
}

/** An attempt at sending an event. */
export function toAttemptRecord(
  eventId: string,
  attempt: Pick<WebhookAttempt, 'at' | 'durationMs' | 'url' | 'status' | 'error' | 'answer'>,
): z.infer<typeof attemptRecord> {
  return {
    at: iso(attempt.at),
    durationMs: attempt.durationMs,
    url: attempt.url,
    headers: shownHeaders(eventId, attempt.at),
    status: attempt.status ?? null,
    error: attempt.error ?? null,
    answer: attempt.answer ?? null,
  };
}
