import { z } from 'zod';
import { Webhook } from '../../database/entities/webhook.ts';
import { deliveryStatuses, WebhookDelivery } from '../../database/entities/webhook-delivery.ts';
import { id, pageOf, paging } from '../../wire/fields.ts';
import { notFound } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { deliveryRecord, toDeliveryRecords } from './delivery-record.ts';

/** Lists past and pending deliveries to a webhook, newest first. */
export const listWebhookDeliveries = defineOperation({
  name: 'webhooks.deliveries',
  summary: 'List the deliveries of a webhook',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject({ id, status: z.enum(deliveryStatuses).optional(), ...paging }),
  output: pageOf(deliveryRecord),
  async run({ em, principal }, { id: webhookId, status, ...paging }) {
    const own = { id: webhookId, orgId: principal.organization.id };
    if ((await em.count(Webhook, own)) === 0) throw notFound('Webhook');
    const where = { webhookId, ...(status === undefined ? {} : { status }) };
    const page = await listById(em, WebhookDelivery, where, paging);
    const items = await toDeliveryRecords(em, page.items);
    return { items, nextCursor: page.nextCursor };
  },
});
