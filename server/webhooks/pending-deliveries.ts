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
 * Fails whatever still waits for an endpoint, and takes it off the queue.
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
 * Switches off an endpoint that wants nothing, or accepts nothing. What waits for it fails.
 *
 * @param em - the transaction's.
 * @param delivery - the one whose attempt showed it; its own end is written by its worker.
 * @param since - one that has accepted an event since then stays: then it is this event that it does
 * not want.
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
 * Tries what waits for an endpoint now, and for another 24 hours, whatever pause the endpoint asked for.
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
