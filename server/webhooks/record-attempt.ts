import { LockMode } from '@mikro-orm/core';
import { newId, type RandomSource } from '../../core/mod.ts';
import { WebhookAttempt } from '../database/entities/webhook-attempt.ts';
import type { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import { WebhookHealth } from '../database/entities/webhook-health.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Attempt } from './attempt.ts';
import { addAttempt } from './health.ts';

/** Attempts of a webhook that are kept. */
const keptAttempts = 1_000;

/** Attempts after which those beyond are deleted. */
const trimEvery = 100;

/**
 * Writes down an attempt and its part of the endpoint's health.
 *
 * @param em - the transaction's, which holds the delivery. It writes this last: the row of the health
 * is one for all attempts at the webhook, and a lock behind it could close a circle.
 * @param heldUntil - the end of the endpoint's `Retry-After`.
 */
export async function recordAttempt(
  em: EntityManager,
  { id: deliveryId, webhookId }: Pick<WebhookDelivery, 'id' | 'webhookId'>,
  attempt: Attempt,
  heldUntil: Date | null,
  random: RandomSource,
): Promise<void> {
  const { at, ended, durationMs, url, status, error, answer } = attempt;
  const health = await em.findOne(
    WebhookHealth,
    { webhookId },
    { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
  );
  await em.insert(WebhookAttempt, {
    ...{ id: newId('wha', at.getTime(), random), deliveryId, webhookId },
    ...{ at, durationMs, url, status, error, answer },
  });
  if (health === null) return;
  const { hours, sentThisHour } = addAttempt(health.hours, at, error !== null);
  await em.nativeUpdate(
    WebhookHealth,
    { webhookId },
    {
      hours,
      ...(error === null ? { lastSuccessAt: ended } : { lastFailureAt: ended }),
      ...(heldUntil === null ? {} : { heldUntil }),
    },
  );
  // The first of an hour, too: an endpoint with few attempts an hour must not keep them all.
  if (sentThisHour % trimEvery === 1) await trim(em, webhookId);
}

async function trim(em: EntityManager, webhookId: string): Promise<void> {
  await em.execute(
    `delete from webhook_attempt where webhook_id = ? and id <= (
       select id from webhook_attempt where webhook_id = ? order by id desc limit 1 offset ?
     )`,
    [webhookId, webhookId, keptAttempts],
  );
}
