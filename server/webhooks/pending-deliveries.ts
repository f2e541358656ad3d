import { LockMode } from '@mikro-orm/core';
import { newId } from '../../core/mod.ts';
import { recordEvent } from '../audit/record-event.ts';
import { Task } from '../database/entities/task.ts';
import { Webhook } from '../database/entities/webhook.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import { WebhookHealth } from '../database/entities/webhook-health.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { announceTasks } from '../queue/wake-ups.ts';

/**
 * Fails all pending deliveries to an endpoint, and removes their tasks.
 *
 * @param em - the transaction's, which has locked the webhook.
 * @param but - a delivery whose end is written by its own worker.
 */
export async function failPending(
  em: EntityManager,
  webhookId: string,
  lastError: string,
  but = '',
): Promise<void> {
  await em.nativeUpdate(
    WebhookDelivery,
    { webhookId, status: 'pending', id: { $ne: but } },
    { status: 'failed', nextAttemptAt: null, lastError },
  );
  await em.nativeDelete(Task, { pool: webhookId, id: { $ne: but } });
}

/**
 * Disables an endpoint that is gone, or accepts nothing. Its pending deliveries fail.
 *
 * @param em - the transaction's.
 * @param delivery - the one whose attempt was decisive; its own end is written by its worker.
 * @param since - an endpoint that accepted an event since then stays enabled: it rejects only this
 * event.
 */
export async function switchOff(
  em: EntityManager,
  delivery: Pick<WebhookDelivery, 'id' | 'webhookId'>,
  disabledReason: string,
  updatedAt: Date,
  since?: Date,
): Promise<void> {
  const { webhookId, id } = delivery;
  const webhook = await em.findOne(
    Webhook,
    { id: webhookId, isActive: true },
    { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
  );
  if (webhook === null) return;
  if (since !== undefined) {
    const accepted = await em.count(WebhookDelivery, { webhookId, deliveredAt: { $gte: since } });
    if (accepted > 0) return;
  }
  await em.nativeUpdate(Webhook, { id: webhookId }, { isActive: false, disabledReason, updatedAt });
  await failPending(em, webhookId, 'the webhook was disabled', id);
  recordEvent(em, {
    id: newId('evt', updatedAt.getTime()),
    orgId: webhook.orgId,
    at: updatedAt,
    actor: 'system',
    action: 'webhooks.disable',
    target: webhookId,
    changes: { disabledReason },
    ipAddress: null,
    requestId: null,
  });
}

/**
 * Retries an endpoint's pending deliveries now, and for another 24 hours, regardless of the
 * endpoint's pause.
 *
 * @param em - the transaction's, which has locked the webhook.
 * @param id - one delivery; all when absent.
 */
export async function retryPending(
  em: EntityManager,
  webhookId: string,
  now: Date,
  id?: string,
): Promise<void> {
  const one = id === undefined ? {} : { id };
  await em.nativeUpdate(
    WebhookDelivery,
    { webhookId, status: 'pending', ...one },
    { firstAttemptAt: null, nextAttemptAt: now },
  );
  await em.nativeUpdate(WebhookHealth, { webhookId }, { heldUntil: null });
  await em.nativeUpdate(Task, { pool: webhookId, lease: null, ...one }, { runAt: now });
  await announceTasks(em);
}
