import { LockMode } from '@mikro-orm/core';
import { type RandomSource, secureRandom } from '../../core/mod.ts';
import { day } from '../clock/durations.ts';
import type { Database } from '../database/database.ts';
import { Webhook } from '../database/entities/webhook.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import { WebhookHealth } from '../database/entities/webhook-health.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { backoff } from '../queue/backoff.ts';
import type { TaskHandler, TaskOutcome } from '../queue/run-claim.ts';
import { retryAfterTime } from './answer.ts';
import { type Attempt, type AttemptOptions, attemptDelivery } from './attempt.ts';
import { isWrittenByServer } from './delivery-row.ts';
import { switchOff } from './pending-deliveries.ts';
import { recordAttempt } from './record-attempt.ts';

/** Period of attempts at a message, in milliseconds. */
const retryWindowMs = day;

/** Options of the delivery handler. */
export interface DeliverOptions extends AttemptOptions {
  readonly database: Database;
  readonly random?: RandomSource;
}

/** Creates the handler that delivers one event to one endpoint. */
export function createDeliver(options: DeliverOptions): TaskHandler {
  const { database, now, random = secureRandom } = options;
  return async ({ id }, signal) => {
    const em = database.read();
    const delivery = await em.findOne(WebhookDelivery, { id, status: 'pending' });
    const webhook =
      delivery === null ? null : await em.findOne(Webhook, { id: delivery.webhookId });
    if (delivery === null || webhook === null) return { again: null };
    if (!isWrittenByServer(database.rowMacs, delivery, webhook)) {
      return unsent(delivery, 'the event was not written by the server');
    }
    if (!webhook.isActive) return disabled(delivery, webhook, new Date(now()));
    const health = await em.findOne(WebhookHealth, { webhookId: webhook.id });
    if (health?.heldUntil && health.heldUntil.getTime() > now() && !isLast(delivery, now())) {
      return held(delivery, health.heldUntil, new Date(now()));
    }
    const attempt = await attemptDelivery(webhook, delivery, signal, options);
    // An attempt aborted by the server's stop or the task's end is no sign of the endpoint's
    // health.
    if (attempt.error !== null) signal.throwIfAborted();
    const reached = { delivery, webhook, attempt, random };
    return attempt.error === null ? delivered(reached) : failed(reached);
  };
}

/** Whether a delivery's period of attempts has ended: one last attempt remains. */
function isLast({ firstAttemptAt }: WebhookDelivery, now: number): boolean {
  return firstAttemptAt != null && now >= firstAttemptAt.getTime() + retryWindowMs;
}

const fresh = { disableIdentityMap: true } as const;

/** A completed attempt. */
interface Reached {
  /** Read before the attempt, like the webhook. */
  readonly delivery: WebhookDelivery;
  readonly webhook: Webhook;
  readonly attempt: Attempt;
  readonly random: RandomSource;
}

function delivered(reached: Reached): TaskOutcome {
  const { delivery, attempt } = reached;
  const record = (em: EntityManager) =>
    noteAttempt(em, reached, {
      status: 'delivered',
      firstAttemptAt: delivery.firstAttemptAt ?? attempt.at,
      nextAttemptAt: null,
      deliveredAt: attempt.ended,
    });
  return { again: null, record };
}

/**
 * Reschedules an event to the end of the endpoint's pause, but not beyond its period of attempts.
 */
function held(delivery: WebhookDelivery, until: Date, at: Date): TaskOutcome {
  const { webhookId, firstAttemptAt } = delivery;
  const deadline = firstAttemptAt ? firstAttemptAt.getTime() + retryWindowMs : Number.MAX_VALUE;
  const again = new Date(Math.min(until.getTime(), deadline));
  return {
    again,
    async record(em) {
      // The delivery before the health, the same order as where an admin ends the pause: one of the
      // two transactions then waits for the other.
      await note(em, delivery, { nextAttemptAt: again });
      const health = await em.findOne(WebhookHealth, { webhookId }, fresh);
      return health?.heldUntil ? again : at;
    },
  };
}

function failed(reached: Reached): TaskOutcome {
  const { delivery, attempt, random } = reached;
  const { ended, error, status } = attempt;
  const firstAttemptAt = delivery.firstAttemptAt ?? attempt.at;
  const deadline = firstAttemptAt.getTime() + retryWindowMs;
  const isGone = status === 410;
  const isOver = isGone || ended.getTime() >= deadline;
  const asked = retryAfterTime(attempt.retryAfter, ended.getTime()) ?? 0;
  const later = Math.max(ended.getTime() + backoff(delivery.attempts + 1, random), asked);
  const again = isOver ? null : new Date(Math.min(later, deadline));
  const heldUntil = asked > ended.getTime() ? new Date(Math.min(asked, deadline)) : null;
  return {
    again,
    async record(em) {
      if (await isMended(em, reached, isOver)) {
        await noteAttempt(em, reached, { nextAttemptAt: ended });
        return ended;
      }
      if (isGone) {
        await switchOff(em, delivery, 'The endpoint answered 410 Gone', ended);
      } else if (isOver) {
        const reason = `Nothing was accepted for 24 hours; the last attempt: ${error}`;
        await switchOff(em, delivery, reason, ended, firstAttemptAt);
      }
      const end = isOver ? ({ status: 'failed', nextAttemptAt: null } as const) : null;
      const values = { firstAttemptAt, nextAttemptAt: again, ...end };
      await noteAttempt(em, reached, values, isOver ? null : heldUntil);
      return again;
    },
  };
}

/**
 * Whether the webhook was changed, or the delivery requested again, during an attempt: the
 * attempt's failure is then irrelevant.
 *
 * @param hold - locks the webhook until the transaction ends.
 */
async function isMended(
  em: EntityManager,
  { delivery, webhook }: Reached,
  hold: boolean,
): Promise<boolean> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE };
  const present = await em.findOne(
    Webhook,
    { id: webhook.id },
    { ...fresh, ...(hold ? lock : {}) },
  );
  const waiting = await em.findOne(WebhookDelivery, { id: delivery.id }, { ...fresh, ...lock });
  return (
    present?.url !== webhook.url ||
    present.secret !== webhook.secret ||
    present.updatedAt.getTime() !== webhook.updatedAt.getTime() ||
    waiting?.firstAttemptAt?.getTime() !== delivery.firstAttemptAt?.getTime()
  );
}

/** The outcome for a disabled webhook, unless it was enabled again since the read. */
function disabled(delivery: WebhookDelivery, { id }: Webhook, at: Date): TaskOutcome {
  const { again, record } = unsent(delivery, 'the webhook was disabled');
  return {
    again,
    async record(em) {
      const present = await em.findOne(Webhook, { id }, fresh);
      return present?.isActive ? at : record?.(em);
    },
  };
}

function unsent(delivery: WebhookDelivery, lastError: string): TaskOutcome {
  const values = { status: 'failed', nextAttemptAt: null, lastError } as const;
  return { again: null, record: (em) => note(em, delivery, values).then(() => null) };
}

/** False when the delivery is gone: its webhook was removed. */
async function note(
  em: EntityManager,
  { id }: WebhookDelivery,
  values: Partial<WebhookDelivery>,
): Promise<boolean> {
  return (await em.nativeUpdate(WebhookDelivery, { id, status: 'pending' }, values)) === 1;
}

/** Records an attempt: the delivery's state, the attempt itself, the endpoint's health. */
async function noteAttempt(
  em: EntityManager,
  { delivery, attempt, random }: Reached,
  values: Partial<WebhookDelivery>,
  heldUntil: Date | null = null,
): Promise<undefined> {
  const { status: lastStatus, error: lastError } = attempt;
  const counted = { attempts: delivery.attempts + 1, lastStatus, lastError, ...values };
  if (await note(em, delivery, counted)) {
    await recordAttempt(em, delivery, attempt, heldUntil, random);
  }
}
