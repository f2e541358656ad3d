import { LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { Organization } from '../../database/entities/organization.ts';
import { Webhook, webhookEvents } from '../../database/entities/webhook.ts';
import { newSigningSecret } from '../../webhooks/signature.ts';
import { parentOrgAdmin } from '../access.ts';
import { httpUrl } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { assertTarget } from './assert-target.ts';
import { events, toWebhookRecord, webhookRecord } from './webhook-record.ts';

/** Each event is sent to each of them. */
const mostPerOrganization = 100;

/** Adds a webhook. Its answer shows the signing secret, once. */
export const createWebhook = defineOperation({
  name: 'webhooks.create',
  summary: 'Add a webhook; the answer shows its signing secret, once',
  kind: 'mutation',
  access: parentOrgAdmin({ needsApiAccess: true }),
  input: z.object({ url: httpUrl, events: events.default([...webhookEvents]) }),
  output: webhookRecord.extend({ secret: z.string() }),
  prepare: ({ services }, { url }) => assertTarget(services.targets, url),
  async run({ em, principal, now, services, newId, audit }, { url, events }) {
    const orgId = principal.organization.id;
    await em.findOneOrFail(Organization, { id: orgId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if ((await em.count(Webhook, { orgId })) >= mostPerOrganization) {
      throw new Problem(409, `An organization has at most ${mostPerOrganization} webhooks`);
    }
    const secret = newSigningSecret(services.random);
    const webhook = em.create(Webhook, {
      id: newId('wh'),
      orgId,
      url,
      events,
      secret: services.sealer.seal(secret, orgId),
      createdAt: now,
      updatedAt: now,
    });
    em.persist(webhook);
    audit({ target: webhook.id, changes: { url, events } });
    await em.flush();
    return { ...toWebhookRecord(webhook), secret };
  },
});
