import { LockMode } from '@mikro-orm/core';
import { type RandomSource, secureRandom } from '../../core/mod.ts';
import type { Database, EntityManager } from '../database/database.ts';
import { Webhook } from '../database/entities/webhook.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import type { LeaseClock } from '../database/leases/ports.ts';
import { systemClock } from '../database/leases/system-clock.ts';
import { backoff } from '../jobs/backoff.ts';
import type { Outcome, TaskHandler } from '../jobs/worker.ts';
import type { Sealer } from '../sealing.ts';
import { disableFailing } from './give-up.ts';
import { isWrittenByServer } from './outbox.ts';
import { type Message, type SendResult, send } from './send.ts';
import { signedHeaders } from './signature.ts';
import type { TargetPolicy } from './target-policy.ts';

/** How long a message is tried, in milliseconds. */
export const persistence = 24 * 60 * 60_000;

/** What delivering needs. */
export interface DeliverOptions {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly targets: TargetPolicy;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random?: RandomSource;
  readonly timer?: LeaseClock['after'];
  /** Milliseconds that one attempt may take. */
  readonly attemptTimeout?: number;
}

/** Makes the handler that delivers one event to one endpoint. */
export function createDeliver(options: DeliverOptions): TaskHandler {
  const { database, targets, now, random = secureRandom } = options;
  const { timer = systemClock(false).after, attemptTimeout = 10_000 } = options;

  async function attempt(message: Message, signal: AbortSignal): Promise<SendResult> {
    const late = new AbortController();
    const cancel = timer(attemptTimeout, () => late.abort());
    try {
      return await send(message, targets, AbortSignal.any([signal, late.signal]));
    } finally {
      cancel();
    }
  }

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

    const begun = new Date(now());
    const secrets = signingSecrets(webhook, begun, options.sealer);
    const result =
      secrets.length === 0
        ? unreadable
        : await attempt(signed(webhook, delivery, begun, secrets), signal);
    // Cut short by the end of the server or of the task, an attempt says nothing of the endpoint.
    if (result.error !== null) signal.throwIfAborted();
    const reached = { delivery, webhook, result, begun, ended: new Date(now()) };
    return result.error === null ? delivered(reached) : failed(reached, random);
  };
}

const fresh = { disableIdentityMap: true } as const;

/** An attempt that came to an end. */
interface Attempt {
  /** As it was read before the attempt; so is the webhook. */
  readonly delivery: WebhookDelivery;
  readonly webhook: Webhook;
  readonly result: SendResult;
  readonly begun: Date;
  readonly ended: Date;
}

const unreadable: SendResult = {
  status: null,
  error: 'the signing secret cannot be read: replace it',
};

/** The present secret, and the one before while it counts; those that can still be read. */
function signingSecrets(webhook: Webhook, at: Date, sealer: Sealer): string[] {
  const { orgId, secret, previousSecret, previousSecretUntil } = webhook;
  const isChanging = previousSecret && previousSecretUntil && previousSecretUntil > at;
  return (isChanging ? [secret, previousSecret] : [secret]).flatMap((sealed) => {
    try {
      return [sealer.open(sealed, orgId)];
    } catch {
      return [];
    }
  });
}

function signed(
  { url }: Webhook,
  { eventId, payload: body }: WebhookDelivery,
  at: Date,
  secrets: readonly string[],
): Message {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'RepoRisk-Webhooks/1',
    ...signedHeaders(eventId, at.getTime(), body, secrets),
  };
  return { url, body, headers };
}

function delivered({ delivery, result, begun, ended }: Attempt): Outcome {
  const record = (em: EntityManager) =>
    note(em, delivery, {
      status: 'delivered',
      attempts: delivery.attempts + 1,
      firstAttemptAt: delivery.firstAttemptAt ?? begun,
      nextAttemptAt: null,
      lastStatus: result.status,
      lastError: null,
      deliveredAt: ended,
    });
  return { again: null, record };
}

function failed(attempt: Attempt, random: RandomSource): Outcome {
  const { delivery, result, begun, ended } = attempt;
  const attempts = delivery.attempts + 1;
  const firstAttemptAt = delivery.firstAttemptAt ?? begun;
  const deadline = firstAttemptAt.getTime() + persistence;
  const isOver = ended.getTime() >= deadline;
  const later = Math.min(ended.getTime() + backoff(attempts, random), deadline);
  const again = isOver ? null : new Date(later);
  const { status: lastStatus, error: lastError } = result;
  const values = { attempts, lastStatus, lastError };
  return {
    again,
    async record(em) {
      if (await isMended(em, attempt, isOver)) {
        await note(em, delivery, { ...values, nextAttemptAt: ended });
        return ended;
      }
      if (isOver) {
        const reason = `Nothing was accepted for 24 hours; the last attempt: ${lastError}`;
        await disableFailing(em, delivery, firstAttemptAt, reason, ended);
        await note(em, delivery, {
          ...values,
          firstAttemptAt,
          status: 'failed',
          nextAttemptAt: null,
        });
      } else {
        await note(em, delivery, { ...values, firstAttemptAt, nextAttemptAt: again });
      }
      return again;
    },
  };
}

/**
 * Whether the webhook was changed, or the delivery asked for again, while an attempt was under way:
 * then its failure says nothing of them.
 *
 * @param hold - keeps the webhook as it is until the transaction ends.
 */
async function isMended(
  em: EntityManager,
  { delivery, webhook }: Attempt,
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

/** Unless it was switched on again since it was read. */
function disabled(delivery: WebhookDelivery, { id }: Webhook, at: Date): Outcome {
  const { again, record } = unsent(delivery, 'the webhook was disabled');
  return {
    again,
    async record(em) {
      const present = await em.findOne(Webhook, { id }, fresh);
      return present?.isActive ? at : record?.(em);
    },
  };
}

function unsent(delivery: WebhookDelivery, lastError: string): Outcome {
  const values = { status: 'failed', nextAttemptAt: null, lastError } as const;
  return { again: null, record: (em) => note(em, delivery, values) };
}

async function note(
  em: EntityManager,
  { id }: WebhookDelivery,
  values: Partial<WebhookDelivery>,
): Promise<undefined> {
  await em.nativeUpdate(WebhookDelivery, { id, status: 'pending' }, values);
}
