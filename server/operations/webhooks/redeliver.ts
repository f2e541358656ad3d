import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { ApiKey } from '../../database/entities/api-key.ts';
import { WebhookDelivery } from '../../database/entities/webhook-delivery.ts';
import { enqueue } from '../../queue/tasks.ts';
import { taskOf } from '../../webhooks/delivery-row.ts';
import { retryPending } from '../../webhooks/pending-deliveries.ts';
import { id } from '../../wire/fields.ts';
import { notFound, Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { deliveryRecord, toDeliveryRecords } from './delivery-record.ts';
import { lockWebhook } from './webhook-record.ts';

/**
 * Sends an event again, under the same id, whether it arrived or not; after every event of the same
 * key that still waits. An event that waits itself is tried immediately.
 */
export const redeliverWebhook = defineOperation({
  name: 'webhooks.redeliver',
  summary: 'Send an event to a webhook again',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ id, deliveryId: id }),
  output: deliveryRecord,
  async run(work, { id: webhookId, deliveryId }) {
    const { em, now, audit } = work;
    const known = await em.findOne(WebhookDelivery, { id: deliveryId, webhookId });
    // The key's lock orders its events. It is taken before the webhook's, as it is where events are
    // written: the other order could deadlock.
    if (known !== null) {
      await em.findOne(ApiKey, { id: known.keyId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    }
    const webhook = await lockWebhook(work, webhookId, LockMode.PESSIMISTIC_READ);
    if (known === null) throw notFound('Delivery');
    if (!webhook.isActive) throw new Problem(409, 'Webhook is disabled');
    const delivery = await em.findOneOrFail(
      WebhookDelivery,
      { id: deliveryId },
      { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
    );
    if (delivery.status !== 'pending') {
      delivery.status = 'pending';
      delivery.deliveredAt = null;
      await em.flush();
      await enqueue(em, [taskOf(delivery, now)]);
    }
    await retryPending(em, webhookId, now, deliveryId);
    audit({ target: webhookId, changes: { deliveryId } });
    await em.flush();
    await em.refresh(delivery);
    const [record] = await toDeliveryRecords(em, [delivery]);
    if (record === undefined) throw notFound('Delivery');
    return record;
  },
});
