import { z } from 'zod';
import { Task } from '../../database/entities/task.ts';
import { Webhook } from '../../database/entities/webhook.ts';
import { WebhookDelivery } from '../../database/entities/webhook-delivery.ts';
import { id } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { lockWebhook } from './webhook-record.ts';

/** Removes a webhook with its deliveries; waiting ones are not sent. */
export const removeWebhook = defineOperation({
  name: 'webhooks.remove',
  summary: 'Remove a webhook',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ id }),
  output: z.null(),
  async run(work, { id }) {
    const { em, audit } = work;
    const { url } = await lockWebhook(work, id);
    await em.nativeDelete(WebhookDelivery, { webhookId: id });
    await em.nativeDelete(Task, { pool: id });
    await em.nativeDelete(Webhook, { id });
    audit({ target: id, changes: { url } });
    return null;
  },
});
