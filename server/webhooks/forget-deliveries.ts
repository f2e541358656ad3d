import { setImmediate } from 'node:timers/promises';
import { ulid } from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';

/** How long a delivery can be looked at and repeated, in milliseconds. */
const retentionMs = 30 * 24 * 60 * 60_000;

/** Rows to a transaction. */
const stepSize = 1_000;

/**
 * Deletes deliveries that ended long ago, some in each transaction. Their ids grow with time: the
 * key's index finds them.
 *
 * @returns how many.
 */
export async function forgetDeliveries(database: Database, now: number): Promise<number> {
  const before = `whd_${ulid(now - retentionMs, (length) => new Uint8Array(length))}`;
  const ended = { id: { $lt: before }, status: { $ne: 'pending' } } as const;
  let forgotten = 0;
  for (;;) {
    await setImmediate();
    const options = { fields: ['id'], limit: stepSize, disableIdentityMap: true } as const;
    const found = await database.read().find(WebhookDelivery, ended, options);
    if (found.length === 0) return forgotten;
    const id = { $in: found.map((each) => each.id) };
    forgotten += await database.transaction((em) =>
      em.nativeDelete(WebhookDelivery, { ...ended, id }),
    );
  }
}
