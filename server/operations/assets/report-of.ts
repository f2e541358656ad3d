import { z } from 'zod';
import type { Job } from '../../database/entities/job.ts';
import { iso } from '../../wire/fields.ts';
import type { Asset, reportRecord } from './asset.ts';

const result = z.object({ findings: z.array(z.record(z.string(), z.unknown())) });

/** An asset's report from the job that completed last, or what is known before one has. */
export function reportOf(asset: Asset, last: Job | null): z.infer<typeof reportRecord> {
  const parsed = result.safeParse(last?.result);
  return {
    status: asset.status,
    riskLevel: asset.riskLevel ?? null,
    riskScore: asset.riskScore ?? null,
    findings: parsed.success ? parsed.data.findings : null,
    completedAt: iso(last?.completedAt),
  };
}
