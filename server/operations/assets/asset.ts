import { z } from 'zod';
import { inSubOrgScope, type Refusal } from '../../../core/mod.ts';
import { assetStatuses, riskLevels } from '../../database/entities/repo.ts';
import { iso, timestamp } from '../../wire/fields.ts';
import { notFound, refused } from '../../wire/problem.ts';
import type { Principal } from '../access.ts';

/** What a repository and an extension have in common. */
export interface Asset {
  readonly id: number;
  readonly orgId: string;
  readonly subOrgId: number | null | undefined;
  readonly url: string | null | undefined;
  readonly name: string;
  readonly status: (typeof assetStatuses)[number];
  readonly riskLevel: (typeof riskLevels)[number] | null | undefined;
  readonly riskScore: number | null | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const assetRecord = z.object({
  id: z.int(),
  url: z.string().nullable(),
  name: z.string(),
  subOrgId: z.int().nullable(),
  status: z.enum(assetStatuses),
  riskLevel: z.enum(riskLevels).nullable(),
  riskScore: z.int().nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
});

export function toAssetRecord(asset: Asset): z.infer<typeof assetRecord> {
  return {
    id: asset.id,
    url: asset.url ?? null,
    name: asset.name,
    subOrgId: asset.subOrgId ?? null,
    status: asset.status,
    riskLevel: asset.riskLevel ?? null,
    riskScore: asset.riskScore ?? null,
    createdAt: iso(asset.createdAt),
    updatedAt: iso(asset.updatedAt),
  };
}

/** A report; everything but the status is null until an analysis has completed. */
export const reportRecord = z.object({
  status: z.enum(assetStatuses),
  riskLevel: z.enum(riskLevels).nullable(),
  riskScore: z.int().nullable(),
  findings: z.array(z.record(z.string(), z.unknown())).nullable(),
  completedAt: timestamp.nullable(),
});

/**
 * Lets a caller see an asset, or not.
 *
 * @param asset - what was found in the caller's organization; null when nothing was.
 * @throws {Problem} 404 when there is none, 403 when it is outside the caller's sub-org.
 */
export function assertReachable<Found extends Asset>(
  asset: Found | null,
  principal: Principal,
  what: string,
  outside: Refusal,
): Found {
  if (asset === null) throw notFound(what);
  if (!inSubOrgScope(principal.subOrgId, asset.subOrgId ?? null)) throw refused(outside);
  return asset;
}
