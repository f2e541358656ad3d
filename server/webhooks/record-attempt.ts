import { LockMode } from '@mikro-orm/core';
import { newId, type RandomSource } from '../../core/mod.ts';
import { WebhookAttempt } from '../database/entities/webhook-attempt.ts';
import type { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import { WebhookHealth } from '../database/entities/webhook-health.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Attempt } from './attempt.ts';
import { addAttempt } from './health.ts';

/** Maximum of stored attempts per webhook. */
const keptAttempts = 1_000;

/** Attempts between two deletions of those beyond the maximum. */
const trimEvery = 100;

/**
 * Records an attempt and its effect on the endpoint's health.
 *
 * @param em - the transaction's, which holds the delivery. This write comes last: all attempts at
 * the webhook share one health row, and a lock taken after it could deadlock.
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
  // The first attempt of an hour trims too: an endpoint with few attempts an hour would never trim.
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
