import { z } from 'zod';
import { acquireAdvisoryLock } from '../../database/acquire-advisory-lock.ts';
import { Webhook, webhookEvents } from '../../database/entities/webhook.ts';
import { WebhookHealth } from '../../database/entities/webhook-health.ts';
import { newSigningSecret } from '../../webhooks/signature.ts';
import { httpUrl } from '../../wire/fields.ts';
import { Problem } from '../../wire/problem.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { assertTarget } from './assert-target.ts';
import { events, toWebhookRecord, webhookRecord } from './webhook-record.ts';

/** Webhooks of one organization: each event is sent to each of them. */
const mostPerOrganization = 100;

/** Adds a webhook. Its answer shows the signing secret, once. */
export const createWebhook = defineOperation({
  name: 'webhooks.create',
  summary: 'Add a webhook; the answer shows its signing secret, once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true }),
  input: z.strictObject({ url: httpUrl, events: events.default([...webhookEvents]) }),
  output: webhookRecord.extend({ secret: z.string() }),
  prepare: ({ services }, { url }) => assertTarget(services.targets, url),
  async run({ em, principal, now, services, newId, audit }, { url, events }) {
    const orgId = principal.organization.id;
    // One at a time per organization: two concurrent requests would both find room under the limit.
    await acquireAdvisoryLock(em, `webhooks of ${orgId}`);
    if ((await em.count(Webhook, { orgId })) >= mostPerOrganization) {
      throw new Problem(409, `An organization has at most ${mostPerOrganization} webhooks`);
    }
    const secret = newSigningSecret(services.random);
    const webhook = em.create(Webhook, {
      id: newId('wh'),
      orgId,
      url,
      events,
      secret: services.encryption.encrypt(secret, orgId),
      createdAt: now,
      updatedAt: now,
    });
    em.persist(webhook);
    audit({ target: webhook.id, changes: { url, events } });
    await em.flush();
    // Inserted here: an attempt only updates it, and checks no foreign key.
    await em.insert(WebhookHealth, { webhookId: webhook.id, hours: [] });
    return { ...(await toWebhookRecord(em, webhook, now)), secret };
  },
});
