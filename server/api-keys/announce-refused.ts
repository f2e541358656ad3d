import { LockMode } from '@mikro-orm/core';
import type { RandomSource } from '../../core/mod.ts';
import type { Database } from '../database/database.ts';
import { ApiKey } from '../database/entities/api-key.ts';
import { KeyRefusedSecret } from '../database/entities/key-refused-secret.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { iso } from '../wire/fields.ts';
import { type OutboxContext, publishKeyEvents } from './key-events.ts';

/** How long a secret that was told of is not told of again. */
const silence = 30 * 86_400_000;

const batchSize = 200;

/**
 * Announces secrets that are revoked, expired or retired and were tried: each once in 30 days,
 * whichever process refused it.
 *
 * @returns how many secrets were announced.
 */
export async function announceRefused(options: {
  readonly database: Database;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random?: RandomSource;
}): Promise<number> {
  const { database, random } = options;
  const now = new Date(options.now());
  let announced = 0;
  for (;;) {
    const due = await database.read().find(KeyRefusedSecret, untold(now), {
      orderBy: { keyId: 'asc', preview: 'asc' },
      limit: batchSize,
    });
    if (due.length === 0) return announced;
    const keyIds = due.map(({ keyId }) => keyId);
    announced += await database.transaction((em) =>
      announce(em, keyIds, { now, random, rowMacs: database.rowMacs }),
    );
  }
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
  // Another process may have been faster while the locks were waited for.
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
