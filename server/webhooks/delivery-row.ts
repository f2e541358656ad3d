import { setImmediate } from 'node:timers/promises';
import { ulid } from '../../core/mod.ts';
import { day } from '../clock/durations.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import type { Database } from '../database/database.ts';
import type { Webhook } from '../database/entities/webhook.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import type { NewTask } from '../queue/tasks.ts';

/** The type of delivery tasks. */
export const deliveryTask = 'webhook_delivery';

/** The delivery task. Its lane keeps the events of one key in order; its pool is the endpoint. */
export function taskOf(
  delivery: Pick<WebhookDelivery, 'id' | 'webhookId' | 'keyId'>,
  runAt: Date,
): NewTask {
  const { id, webhookId, keyId } = delivery;
  return { id, type: deliveryTask, runAt, lane: `${webhookId}/${keyId}`, pool: webhookId };
}

/** Whether a delivery is unchanged since the server wrote it. */
export function isWrittenByServer(
  rowMacs: RowMacs,
  delivery: WebhookDelivery,
  webhook: Webhook,
): boolean {
  return rowMacs.verify('delivery', deliveryFields(delivery, webhook), delivery.mac, webhook.orgId);
}

/** The fields that a delivery's MAC covers. */
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

/** Retention of deliveries, for display and repetition, in milliseconds. */
const retentionMs = 30 * day;

/** Rows per transaction. */
const stepSize = 1_000;

/**
 * Deletes deliveries that ended long ago, some in each transaction. Their ids grow with time: the
 * primary key's index finds them.
 *
 * @returns how many.
 */
export async function forgetDeliveries(database: Database, now: number): Promise<number> {
  const before = `whd_${ulid(now - retentionMs, (length) => new Uint8Array(length))}`;
  const ended = { id: { $lt: before }, status: { $ne: 'pending' } } as const;
  let forgotten = 0;
  for (;;) {
    await setImmediate();
    const options = { fields: ['id'], limit: stepSize, disableIdentityMap: true } as const;
    const found = await database.read().find(WebhookDelivery, ended, options);
    if (found.length === 0) return forgotten;
    const id = { $in: found.map((each) => each.id) };
    forgotten += await database.transaction((em) =>
      em.nativeDelete(WebhookDelivery, { ...ended, id }),
    );
  }
}
