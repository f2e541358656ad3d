import { z } from 'zod';
import { finding, readScanResult } from '../../assets/scan-result.ts';
import { assetStatuses, riskLevels } from '../../database/entities/repo.ts';
import { timestamp } from '../../wire/fields.ts';
import { dataPlane } from '../access.ts';
import { jobs } from '../jobs/job-record.ts';
import { defineOperation, type InputSchema } from '../operation.ts';
import { type AssetKind, extensions, findAsset, repositories } from './asset-kind.ts';

/** A report; everything but the status is null until an analysis has completed. */
const reportRecord = z.object({
  status: z.enum(assetStatuses),
  riskLevel: z.enum(riskLevels).nullable(),
  riskScore: z.int().nullable(),
  summary: z.string().nullable(),
  findings: z.array(finding).nullable(),
  partial: z.boolean().nullable().describe('Whether some of the source was not examined'),
  completedAt: timestamp.nullable(),
});

/** @param named - the report with the asset's id, under its kind's name. */
function reportOf<Input extends InputSchema, Output extends z.ZodType>(
  kind: AssetKind<Input>,
  output: Output,
  named: (id: number, report: z.input<typeof reportRecord>) => z.input<Output>,
) {
  return defineOperation({
    name: `${kind.noun}.report`,
    summary: `${kind.words.withArticle}'s report`,
    kind: 'query',
    access: dataPlane(kind.readScope, 'read'),
    input: kind.input,
    output,
    async run(work, input) {
      const asset = await findAsset(kind, work, kind.wanted(input));
      const last = await jobs.newest(work, { [kind.jobColumn]: asset.id, status: 'completed' });
      const result = readScanResult(last?.result);
      return named(asset.id, {
        status: asset.status,
        riskLevel: result?.risk_level ?? null,
        riskScore: result?.risk_score ?? null,
        summary: result?.summary ?? null,
        findings: result?.findings ?? null,
        partial: result?.partial ?? null,
        completedAt: last?.completedAt ?? null,
      });
    },
  });
}

/** The report of a repository's last completed analysis. */
export const getRepoReport = reportOf(
  repositories,
  reportRecord.extend({ repoId: z.int() }),
  (repoId, report) => ({ repoId, ...report }),
);

/** The report of an extension's last completed analysis. */
export const getExtensionReport = reportOf(
  extensions,
  reportRecord.extend({ extensionId: z.int() }),
  (extensionId, report) => ({ extensionId, ...report }),
);
