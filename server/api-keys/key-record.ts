import { z } from 'zod';
import { allDialects, formatPreview } from '../../core/mod.ts';
import { columnsOf, nameColumn } from '../database/columns.ts';
import type { ApiKeySecret } from '../database/entities/api-key-secret.ts';
import type { Rows } from '../database/rows.ts';
import { timestamp } from '../wire/fields.ts';
import { blockedReason, blockedReasons, ownerColumns, ownerJoins } from './key-owner.ts';

export const keyStatuses = ['active', 'disabled', 'expired', 'revoked'] as const;

/** A key in management responses: never a secret, never a lookup value. */
export const keyRecord = z.object({
  id: z.string(),
  dialect: z.enum(allDialects),
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

/** The columns of a record, in its row's form: see `toRecord`. */
const keyRow = keyRecord.omit({ isActive: true, owner: true }).extend({
  ownerKind: keyRecord.shape.owner.shape.kind,
  ownerId: z.string(),
  ownerName: z.string().nullable(),
});

const dots = formatPreview('', '    ', '    ').trim();

/** SQL expression of the preview of a secret, by its table's alias. */
export function previewColumn(secret: string): string {
  return `${secret}.prefix || ${secret}.first4 || '${dots}' || ${secret}.last4`;
}

/** Of a key whose current secret was deleted by hand: it is shown, and can be revoked. */
function orEmpty(ofSecret: string): string {
  return `coalesce(${ofSecret}, '')`;
}

const columns = columnsOf(keyRow, 'k', {
  ...ownerColumns,
  label: nameColumn('k.label'),
  preview: orEmpty(previewColumn('s')),
  keyPrefix: orEmpty(`case k.dialect when 'platform' then s.prefix || substr(k.id, 5, 8)
    else s.prefix || s.first4 end`),
  keySuffix: orEmpty(
    `case k.dialect when 'repurai' then coalesce(s.last6, s.last4) else s.last4 end`,
  ),
  status: `case when k.revoked_at is not null then 'revoked' when k.expires_at <= ? then 'expired'
    when k.disabled then 'disabled' else 'active' end`,
  lastUsedAt: 'u.last_used_at',
  retiringPreview: previewColumn('r'),
  retiringUntil: 'r.retires_at',
  blockedReason,
});

/**
 * Whether a replaced secret `r` still works. As a comparison alone, PostgreSQL would make another
 * plan for each time, which takes longer than the statement.
 */
const isInGrace = 'case when r.retires_at > ? then r.retired_at is null else false end';

/**
 * Records of keys in the given order, with their secrets' previews and their last use.
 *
 * @param ids - of keys that the reader may see: no organization is compared here.
 */
export async function keyRecords(
  rows: Pick<Rows, 'dialect' | 'all'>,
  ids: readonly string[],
  now: Date,
): Promise<ShownKey[]> {
  if (ids.length === 0) return [];
  const found = await rows.all<object>(
    `select ${columns.list(rows.dialect)}
     from api_key k join organization o on o.id = k.org_id ${ownerJoins}
       left join api_key_secret s on s.key_id = k.id and s.retires_at is null
       left join api_key_secret r on r.key_id = k.id and ${isInGrace}
       left join key_use u on u.key_id = k.id
     where ${rows.dialect.among('k.id')}`,
    [now, now, JSON.stringify(ids)],
  );
  const records = new Map<string, ShownKey>();
  for (const row of found) {
    const record = toRecord(columns.read(row));
    records.set(record.id, record);
  }
  return ids.map((id) => {
    const record = records.get(id);
    if (record === undefined) throw new Error(`key ${id} is gone`);
    return record;
  });
}

function toRecord(row: z.infer<typeof keyRow>): ShownKey {
  return {
    id: row.id,
    dialect: row.dialect,
    label: row.label,
    description: row.description,
    subOrgId: row.subOrgId,
    serviceAccountId: row.serviceAccountId,
    preview: row.preview,
    keyPrefix: row.keyPrefix,
    keySuffix: row.keySuffix,
    environment: row.environment,
    scopes: row.scopes,
    ipAllowList: row.ipAllowList,
    rateLimit: row.rateLimit,
    isActive: row.status === 'active',
    status: row.status,
    lastUsedAt: row.lastUsedAt,
    expiresAt: row.expiresAt,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    revokedAt: row.revokedAt,
    revokedReason: row.revokedReason,
    retiringPreview: row.retiringPreview,
    retiringUntil: row.retiringUntil,
    owner: { kind: row.ownerKind, id: row.ownerId, name: row.ownerName },
    blockedReason: row.status === 'active' ? row.blockedReason : null,
  };
}

/** One key's record. */
export async function recordOf(
  rows: Pick<Rows, 'dialect' | 'all'>,
  id: string,
  now: Date,
): Promise<ShownKey> {
  const [record] = await keyRecords(rows, [id], now);
  if (record === undefined) throw new Error('unreachable: one key has one record');
  return record;
}

/** Filter for replaced secrets that still work, by this process's clock. */
export function retiring(now: Date) {
  return { retiresAt: { $gt: now }, retiredAt: null };
}

/** Filter for replaced secrets without an end; it ignores every clock, also within their grace. */
export const notEnded = { retiresAt: { $ne: null }, retiredAt: null } as const;

/** The displayable part of a secret. */
export function previewOf(secret: Pick<ApiKeySecret, 'prefix' | 'first4' | 'last4'>): string {
  return formatPreview(secret.prefix, secret.first4, secret.last4);
}
