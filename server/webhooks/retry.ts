import { Task } from '../database/entities/task.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import { WebhookHealth } from '../database/entities/webhook-health.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { announceTasks } from '../queue/announce-tasks.ts';

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
