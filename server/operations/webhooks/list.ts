import { z } from 'zod';
import { Webhook } from '../../database/entities/webhook.ts';
import { pageOf, paging } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { listById } from '../list-by-id.ts';
import { defineOperation } from '../operation.ts';
import { toWebhookRecords, webhookRecord } from './webhook-record.ts';

/** Lists webhooks. */
export const listWebhooks = defineOperation({
  name: 'webhooks.list',
  summary: 'List the webhooks',
  kind: 'query',
  access: parentOrgAdmin(),
  input: z.strictObject(paging),
  output: pageOf(webhookRecord),
  async run({ em, principal, now }, input) {
    const page = await listById(em, Webhook, { orgId: principal.organization.id }, input);
    const items = await toWebhookRecords(em, page.items, now);
    return { items, nextCursor: page.nextCursor };
  },
});
