import { LockMode } from '@mikro-orm/core';
import { day } from '../clock/durations.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { KeyRefusedSecret } from '../database/entities/key-refused-secret.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { iso } from '../wire/fields.ts';
import {
  type AnnounceOptions,
  announceDue,
  type OutboxContext,
  publishKeyEvents,
} from './key-events.ts';

/** Pause before an announced secret is announced again. */
const silence = 30 * day;

const batchSize = 200;

/**
 * Announces attempts with revoked, expired or retired secrets: each secret once in 30 days across
 * all processes.
 *
 * @returns how many secrets were announced.
 */
export function announceRefused(options: AnnounceOptions): Promise<number> {
  return announceDue(options, keysTried, announce);
}

/** Keys with an attempt that is not announced yet. */
async function keysTried(em: EntityManager, now: Date): Promise<string[]> {
  const due = await em.find(KeyRefusedSecret, untold(now), {
    orderBy: { keyId: 'asc', preview: 'asc' },
    limit: batchSize,
  });
  return due.map(({ keyId }) => keyId);
}

function untold(now: Date) {
  const before = new Date(now.getTime() - silence);
  return { $or: [{ toldAt: null }, { toldAt: { $lte: before }, lastAt: { $gt: before } }] };
}

async function announce(
  em: EntityManager,
  keyIds: readonly string[],
  context: OutboxContext,
): Promise<number> {
  const these = { $in: [...new Set(keyIds)] };
  const locked = { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true } as const;
  await em.find(ApiKey, { id: these }, { ...locked, orderBy: { id: 'asc' } });
  // Another process may have announced these secrets while this one waited for the locks.
  const secrets = await em.find(
    KeyRefusedSecret,
    { keyId: these, ...untold(context.now) },
    { orderBy: { keyId: 'asc', preview: 'asc' }, disableIdentityMap: true },
  );
  for (const { keyId, preview, reason, ipAddress, userAgent, lastAt } of secrets) {
    await em.nativeUpdate(KeyRefusedSecret, { keyId, preview }, { toldAt: context.now });
    const from = { ipAddress: ipAddress === '' ? null : ipAddress, userAgent: userAgent ?? null };
    const data = { reason, preview, ...from, at: iso(lastAt) };
    await publishKeyEvents(em, { type: 'api_key.refused', keyIds: [keyId], data }, context);
  }
  return secrets.length;
}
