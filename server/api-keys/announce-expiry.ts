import { LockMode } from '@mikro-orm/core';
import { day } from '../clock/durations.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { ApiKeyExpiryNotice } from '../database/entities/api-key-expiry-notice.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import {
  type AnnounceOptions,
  announceDue,
  type OutboxContext,
  publishKeyEvents,
} from './key-events.ts';

/** How many days before its expiry a key is announced, most urgent first. */
const thresholds = [1, 7, 14] as const;

const batchSize = 200;

/**
 * Announces keys that are about to expire: once at each threshold that lies within the key's life.
 * After a pause that spans several thresholds, only the most urgent is announced.
 *
 * @returns how many keys were announced.
 */
export async function announceExpiry(options: AnnounceOptions): Promise<number> {
  let announced = 0;
  for (const days of thresholds) {
    announced += await announceDue(
      options,
      (em, now) => keysWithin(em, days, now),
      (em, due, context) => announce(em, due, days, context),
    );
  }
  return announced;
}

/** Keys that passed a threshold and have no notice at least as urgent. */
async function keysWithin(em: EntityManager, days: number, now: Date): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select k.id from api_key k
     where k.revoked_at is null and k.expires_at > ? and k.expires_at <= ?
       and not exists (
         select 1 from api_key_expiry_notice n where n.key_id = k.id and n.days <= ?
       )
     order by k.id limit ?`,
    [now, new Date(now.getTime() + days * day), days, batchSize],
  );
  return rows.map(({ id }) => id);
}

async function announce(
  em: EntityManager,
  ids: readonly string[],
  days: number,
  context: OutboxContext,
): Promise<number> {
  const keys = await em.find(
    ApiKey,
    { id: { $in: [...ids] }, revokedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, disableIdentityMap: true },
  );
  // Another process may have announced these keys while this one waited for the locks.
  const told = await em.find(ApiKeyExpiryNotice, {
    keyId: { $in: [...ids] },
    days: { $lte: days },
  });
  const known = new Set(told.map(({ keyId }) => keyId));
  const untold = keys.filter(({ id }) => !known.has(id));
  if (untold.length === 0) return 0;
  await em.insertMany(
    ApiKeyExpiryNotice,
    untold.map(({ id: keyId }) => ({ keyId, days })),
  );
  const inLife = untold.filter(
    ({ createdAt, expiresAt }) =>
      expiresAt && expiresAt.getTime() - days * day >= createdAt.getTime(),
  );
  const keyIds = inLife.map(({ id }) => id);
  const data = { daysLeft: days };
  await publishKeyEvents(em, { type: 'api_key.expiring', keyIds, data }, context);
  return keyIds.length;
}
