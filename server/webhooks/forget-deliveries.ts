import { ulid } from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import { WebhookDelivery } from '../database/entities/webhook-delivery.ts';

/** How long a delivery can be looked at and repeated, in milliseconds. */
const life = 30 * 24 * 60 * 60_000;

/** Deletes deliveries that ended long ago. Their ids grow with time: the key's index finds them. */
export function forgetDeliveries(database: Database, now: number): Promise<number> {
  const oldest = `whd_${ulid(now - life, (length) => new Uint8Array(length))}`;
  return database.transaction((em) =>
    em.nativeDelete(WebhookDelivery, { id: { $lt: oldest }, status: { $ne: 'pending' } }),
  );
}
