import { z } from 'zod';
import { assetStatuses, riskLevels } from '../../database/entities/repo.ts';
import { timestamp } from '../../wire/fields.ts';

/** A repository or an extension. */
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

export type Asset = z.infer<typeof assetRecord>;
