import type { RowMacs } from '../crypto/row-macs.ts';
import type { Webhook } from '../database/entities/webhook.ts';
import type { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import type { NewTask } from '../queue/tasks.ts';

/** The type of the tasks that deliver. */
export const deliveryTask = 'webhook_delivery';

/** The task that delivers. Its lane keeps the events of one key in order; its pool is the endpoint. */
export function taskOf(
  delivery: Pick<WebhookDelivery, 'id' | 'webhookId' | 'keyId'>,
  runAt: Date,
): NewTask {
  const { id, webhookId, keyId } = delivery;
  return { id, type: deliveryTask, runAt, lane: `${webhookId}/${keyId}`, pool: webhookId };
}

/** Whether a delivery is as the server wrote it. */
export function isWrittenByServer(
  rowMacs: RowMacs,
  delivery: WebhookDelivery,
  webhook: Webhook,
): boolean {
  return rowMacs.verify('delivery', deliveryFields(delivery, webhook), delivery.mac, webhook.orgId);
}

/** What a delivery's MAC covers. */
export function deliveryFields(
  {
    id,
    webhookId,
    eventId,
    type,
    keyId,
    payload,
  }: Pick<WebhookDelivery, 'id' | 'webhookId' | 'eventId' | 'type' | 'keyId' | 'payload'>,
  { orgId }: Pick<Webhook, 'orgId'>,
) {
  return [id, orgId, webhookId, eventId, type, keyId, payload] as const;
}
