import { z } from 'zod';
import { day } from '../../clock/durations.ts';
import type { Webhook } from '../../database/entities/webhook.ts';
import { failPending, retryPending } from '../../webhooks/pending-deliveries.ts';
import { newSigningSecret } from '../../webhooks/signature.ts';
import { httpUrl, id } from '../../wire/fields.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { recordChanges } from '../record-changes.ts';
import { onlySets } from '../takes-away.ts';
import { assertTarget } from './assert-target.ts';
import { events, lockWebhook, toWebhookRecord, webhookRecord } from './webhook-record.ts';

/** Time during which messages carry the replaced secret's signature too, in milliseconds. */
const secretOverlapMs = day;

/**
 * Changes a webhook. Switching it off gives up its waiting deliveries; another URL, or switching it
 * on again, starts the 24 hours again.
 */
export const updateWebhook = defineOperation({
  name: 'webhooks.update',
  summary: 'Change a webhook: URL, events, active; or give it a new signing secret, shown once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true }),
  takesAway: ({ rotateSecret, ...input }) => !rotateSecret && onlySets(input, 'isActive', false),
  input: z.strictObject({
    id,
    url: httpUrl.optional(),
    events: events.optional(),
    isActive: z.boolean().optional(),
    rotateSecret: z.boolean().default(false),
  }),
  output: webhookRecord.extend({ secret: z.string().optional() }),
  async prepare({ services }, { url }) {
    if (url !== undefined) await assertTarget(services.targets, url);
  },
  async run(work, { id, rotateSecret, ...wanted }) {
    const { em, now, audit } = work;
    const webhook = await lockWebhook(work, id);
    const changes = recordChanges(webhook, wanted) ?? {};
    const secret = rotateSecret ? replaceSecret(work, webhook) : null;
    if (secret !== null) Object.assign(changes, { secret: 'replaced' });
    if (Object.keys(changes).length === 0) return toWebhookRecord(em, webhook, now);

    if (changes.isActive !== undefined) webhook.disabledReason = null;
    webhook.updatedAt = now;
    audit({ target: id, changes });
    await em.flush();
    if (!webhook.isActive) await failPending(em, id, 'the webhook was disabled');
    else if (changes.url || changes.isActive) await retryPending(em, id, now);
    return { ...(await toWebhookRecord(em, webhook, now)), ...(secret && { secret }) };
  },
});

function replaceSecret({ services, now }: OperationContext, webhook: Webhook): string {
  const secret = newSigningSecret(services.random);
  webhook.previousSecret = webhook.secret;
  webhook.previousSecretUntil = new Date(now.getTime() + secretOverlapMs);
  webhook.secret = services.encryption.encrypt(secret, webhook.orgId);
  return secret;
}
