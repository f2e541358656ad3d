import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { newId } from '../../../core/mod.ts';
import { Webhook } from '../../database/entities/webhook.ts';
import { type Attempt, attemptDelivery } from '../../webhooks/attempt.ts';
import { id } from '../../wire/fields.ts';
import { notFound, Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation, type PrepareContext } from '../operation.ts';
import { attemptRecord, toAttemptRecord } from './delivery-record.ts';
import { lockWebhook } from './webhook-record.ts';

/**
 * Sends a test event once, also to a webhook that is switched off, and returns the endpoint's
 * answer. Only the audit log keeps it: the health ignores it, and no delivery waits for it.
 */
export const testWebhook = defineOperation({
  name: 'webhooks.test',
  summary: 'Send a test event to a webhook, and see what came back',
  kind: 'mutation',
  access: parentOrgAdmin(),
  input: z.strictObject({ id }),
  output: attemptRecord.extend({
    eventId: z.string(),
    type: z.literal('webhook.test'),
    payload: z.string().describe('The body as it was sent'),
  }),
  async prepare(preparation, { id }) {
    const { services, principal } = preparation;
    const orgId = principal.organization.id;
    const webhook = await services.database.read().findOne(Webhook, { id, orgId });
    if (webhook === null) throw notFound('Webhook');
    const sent = await services.sendTest(orgId, () => sendTest(webhook, preparation));
    if (sent === null) {
      throw new Problem(429, 'Other test events are under way', { 'Retry-After': '10' });
    }
    return sent;
  },
  async run(work, { id }, { eventId, payload, attempt }) {
    await lockWebhook(work, id, LockMode.PESSIMISTIC_READ);
    const { status, error } = attempt;
    work.audit({ target: id, changes: { status, error } });
    return { eventId, type, payload, ...toAttemptRecord(eventId, attempt) };
  },
});

const type = 'webhook.test' as const;

async function sendTest(
  webhook: Webhook,
  { services, now }: PrepareContext,
): Promise<{ eventId: string; payload: string; attempt: Attempt }> {
  const eventId = newId('msg', now.getTime(), services.random);
  const data = { webhook_id: webhook.id };
  const payload = JSON.stringify({ type, timestamp: now.toISOString(), data });
  const { signal } = new AbortController();
  const attempt = await attemptDelivery(webhook, { eventId, payload }, signal, services);
  return { eventId, payload, attempt };
}
