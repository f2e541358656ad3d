import { LockMode } from '@mikro-orm/core';
import { newId, type RandomSource } from '../../core/mod.ts';
import type { RowMacs } from '../crypto/row-macs.ts';
import { batches } from '../database/batches.ts';
import type { Database } from '../database/database.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { Webhook, type WebhookEvent } from '../database/entities/webhook.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { rowsWithin } from '../database/rows.ts';
import { enqueue } from '../queue/tasks.ts';
import { deliveryFields, taskOf } from '../webhooks/delivery-row.ts';
import { snakeKeys } from '../wire/case.ts';
import { keyRecords, type ShownKey } from './key-record.ts';

/** Keys per batch. */
const batchSize = 200;

/** An event of one or more keys. */
export interface KeyEvent {
  readonly type: WebhookEvent;
  /** The transaction must lock the keys' rows: this gives the events of one key an order. */
  readonly keyIds: readonly string[];
  /** Event fields in addition to the key, shared by all keys or by key id; never a secret. */
  readonly data?: EventData | ((keyId: string) => EventData);
}

type EventData = Readonly<Record<string, unknown>>;

/** The time, randomness and encryption that writing key events uses. */
export interface OutboxContext {
  readonly now: Date;
  readonly random?: RandomSource | undefined;
  readonly rowMacs: RowMacs;
}

/**
 * Writes one event per key into the outbox of every active webhook that subscribes to it, in the
 * transaction of the change. The event shows the key's present row.
 *
 * @param em - the transaction's; its pending writes are flushed first.
 */
export async function publishKeyEvents(
  em: EntityManager,
  event: KeyEvent,
  context: OutboxContext,
): Promise<void> {
  await em.flush();
  for (const keyIds of batches(event.keyIds, batchSize)) {
    await emitBatch(em, { ...event, keyIds }, context);
  }
}

/** Options of an announcer. */
export interface AnnounceOptions {
  readonly database: Database;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random?: RandomSource;
}

/**
 * Announces due keys, one batch per transaction, until none is left. Safe to run in several
 * processes in parallel: `announce` locks the keys and skips those that another process announced.
 *
 * @param find - some of the keys that are due; none at the end.
 * @param announce - marks keys as announced, which excludes them from the next `find`; returns how
 * many.
 * @returns how many keys were announced.
 */
export async function announceDue(
  { database, now, random }: AnnounceOptions,
  find: (em: EntityManager, now: Date) => Promise<readonly string[]>,
  announce: (
    em: EntityManager,
    keyIds: readonly string[],
    context: OutboxContext,
  ) => Promise<number>,
): Promise<number> {
  const context = { now: new Date(now()), random, rowMacs: database.rowMacs };
  let announced = 0;
  for (;;) {
    const due = await find(database.read(), context.now);
    if (due.length === 0) return announced;
    announced += await database.transaction((em) => announce(em, due, context));
  }
}

async function emitBatch(em: EntityManager, event: KeyEvent, context: OutboxContext) {
  const { now } = context;
  const fresh = { disableIdentityMap: true } as const;
  const these = { id: { $in: [...event.keyIds] } };
  const theirOrgs = em.createQueryBuilder(ApiKey, 'k').select('orgId').where(these);
  // Held until the commit: a webhook removed before it would make the whole change fail.
  const active = await em.find(
    Webhook,
    { orgId: { $in: theirOrgs }, isActive: true },
    { ...fresh, lockMode: LockMode.PESSIMISTIC_READ, orderBy: { id: 'asc' } },
  );
  const wanting = active.filter(({ events }) => events.includes(event.type));
  if (wanting.length === 0) return;

  const keys = await em.find(ApiKey, these, fresh);
  const records = await keyRecords(
    rowsWithin(em),
    keys.map(({ id }) => id),
    now,
  );
  const orgOf = new Map(keys.map(({ id, orgId }) => [id, orgId]));
  const deliveries = records.flatMap((record) => {
    const message = messageOf(record, event, context);
    return wanting
      .filter(({ orgId }) => orgId === orgOf.get(record.id))
      .map((webhook) => deliveryOf(message, record.id, webhook, context));
  });
  if (deliveries.length === 0) return;
  await em.insertMany(WebhookDelivery, deliveries);
  await enqueue(
    em,
    deliveries.map((delivery) => taskOf(delivery, now)),
  );
}

function messageOf(key: ShownKey, { type, data = {} }: KeyEvent, { now, random }: OutboxContext) {
  const timestamp = now.toISOString();
  const beside = typeof data === 'function' ? data(key.id) : data;
  const payload = JSON.stringify(snakeKeys({ type, timestamp, data: { ...beside, key } }));
  return { eventId: newId('msg', now.getTime(), random), type, payload };
}

function deliveryOf(
  message: ReturnType<typeof messageOf>,
  keyId: string,
  webhook: Webhook,
  { now, random, rowMacs }: OutboxContext,
) {
  const id = newId('whd', now.getTime(), random);
  const delivery = { ...message, id, webhookId: webhook.id, keyId };
  return {
    ...delivery,
    mac: rowMacs.make('delivery', deliveryFields(delivery, webhook)),
    status: 'pending' as const,
    attempts: 0,
    firstAttemptAt: null,
    nextAttemptAt: now,
    lastStatus: null,
    lastError: null,
    createdAt: now,
    deliveredAt: null,
  };
}
