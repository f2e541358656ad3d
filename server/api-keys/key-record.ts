import { z } from 'zod';
import { formatPreview } from '../../core/mod.ts';
import type { ApiKey } from '../database/entities/api-key.ts';
import { ApiKeySecret } from '../database/entities/api-key-secret.ts';
import { KeyUse } from '../database/entities/key-use.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { iso, timestamp } from '../wire/fields.ts';
import { shownName } from '../wire/names.ts';
import { blockedReasons, ownersOf } from './key-owner.ts';

export const keyStatuses = ['active', 'disabled', 'expired', 'revoked'] as const;

/** A key in management responses: never a secret, never a lookup value. */
export const keyRecord = z.object({
  id: z.string(),
  dialect: z.string(),
  label: z.string(),
  description: z.string().nullable(),
  subOrgId: z.int().nullable(),
  serviceAccountId: z.string().nullable(),
  preview: z.string(),
  keyPrefix: z.string(),
  keySuffix: z.string(),
  environment: z.enum(['live', 'test']),
  scopes: z.array(z.string()).nullable(),
  ipAllowList: z.array(z.string()).nullable(),
  rateLimit: z.object({ limit: z.int(), windowSeconds: z.int() }).nullable(),
  isActive: z.boolean(),
  status: z.enum(keyStatuses),
  lastUsedAt: timestamp.nullable(),
  expiresAt: timestamp.nullable(),
  createdBy: z.string().nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
  revokedAt: timestamp.nullable(),
  revokedReason: z.string().nullable(),
  retiringPreview: z.string().nullable(),
  retiringUntil: timestamp.nullable(),
  owner: z.object({
    kind: z.enum(['member', 'service_account', 'organization']),
    id: z.string(),
    name: z.string().nullable(),
  }),
  blockedReason: z.enum(blockedReasons).nullable(),
});

export type ShownKey = z.infer<typeof keyRecord>;

/** Records of keys in the given order, with their secrets' previews and their last use. */
export async function keyRecords(
  em: EntityManager,
  keys: readonly ApiKey[],
  now: Date,
): Promise<ShownKey[]> {
  const ids = keys.map((key) => key.id);
  const secrets = await em.find(
    ApiKeySecret,
    { keyId: { $in: ids }, $or: [{ retiresAt: null }, retiring(now)] },
    { disableIdentityMap: true },
  );
  const uses = await em.find(KeyUse, { keyId: { $in: ids } }, { disableIdentityMap: true });
  const owners = await ownersOf(em, ids);
  const lastUsed = new Map(uses.map((use) => [use.keyId, use.lastUsedAt]));
  const current = new Map<string, ApiKeySecret>();
  const replaced = new Map<string, ApiKeySecret>();
  for (const secret of secrets) {
    (secret.retiresAt === null ? current : replaced).set(secret.keyId, secret);
  }
  return keys.map((key) => {
    const secret = current.get(key.id);
    if (secret === undefined) throw new Error(`key ${key.id} has no current secret`);
    const old = replaced.get(key.id);
    const status = statusOf(key, now);
    const owner = owners.get(key.id);
    if (owner === undefined) throw new Error(`key ${key.id} is gone`);
    return {
      id: key.id,
      dialect: key.dialect,
      label: shownName(key.label),
      description: key.description ?? null,
      subOrgId: key.subOrgId ?? null,
      serviceAccountId: key.serviceAccountId ?? null,
      preview: previewOf(secret),
      keyPrefix: secret.prefix + secret.first4,
      keySuffix: secret.last4,
      environment: key.environment,
      scopes: key.scopes ?? null,
      ipAllowList: key.ipAllowList ?? null,
      rateLimit: key.rateLimit ?? null,
      isActive: status === 'active',
      status,
      lastUsedAt: iso(lastUsed.get(key.id)),
      expiresAt: iso(key.expiresAt),
      createdBy: key.createdBy ?? null,
      createdAt: iso(key.createdAt),
      updatedAt: iso(key.updatedAt),
      revokedAt: iso(key.revokedAt),
      revokedReason: key.revokedReason ?? null,
      retiringPreview: old === undefined ? null : previewOf(old),
      retiringUntil: iso(old?.retiresAt),
      owner: { kind: owner.kind, id: owner.id, name: owner.name },
      blockedReason: status === 'active' ? owner.blocked : null,
    };
  });
}

/** One key's record. */
export async function recordOf(em: EntityManager, key: ApiKey, now: Date): Promise<ShownKey> {
  const [record] = await keyRecords(em, [key], now);
  if (record === undefined) throw new Error('unreachable: one key has one record');
  return record;
}

/** Filter for replaced secrets that still work, by this process's clock. */
export function retiring(now: Date) {
  return { retiresAt: { $gt: now }, retiredAt: null };
}

/** Filter for replaced secrets without an end; it ignores every clock, also within their grace. */
export const notEnded = { retiresAt: { $ne: null }, retiredAt: null } as const;

function statusOf(key: ApiKey, now: Date): ShownKey['status'] {
  if (key.revokedAt) return 'revoked';
  if (key.expiresAt && key.expiresAt <= now) return 'expired';
  return key.disabled ? 'disabled' : 'active';
}

/** The displayable part of a secret. */
export function previewOf(secret: Pick<ApiKeySecret, 'prefix' | 'first4' | 'last4'>): string {
  return formatPreview(secret.prefix, secret.first4, secret.last4);
}
