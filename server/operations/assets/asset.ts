import { z } from 'zod';
import { assetStatuses, riskLevels } from '../../database/entities/repo.ts';
import { iso, timestamp } from '../../wire/fields.ts';

/** The fields that a repository and an extension share. */
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
