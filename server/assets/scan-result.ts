import { z } from 'zod';
import { riskLevels } from '../database/entities/repo.ts';
import type { ScanReport } from '../scans/report.ts';
import { withoutKeys } from '../wire/keys-in-text.ts';

const level = z.enum(riskLevels);

/** One finding of a report. */
export const finding = z.object({
  rule: z.string(),
  severity: level,
  title: z.string(),
  file: z.string().nullable(),
  line: z.int().nullable(),
  evidence: z.string().nullable(),
  advice: z.string(),
});

/** The result of a completed scan, as its job holds it. */
const scanResult = z.object({
  risk_level: level,
  risk_score: z.int().min(0).max(100),
  summary: z.string(),
  findings: z.array(finding),
  partial: z.boolean(),
  usage: z.object({ input_tokens: z.int(), output_tokens: z.int() }),
});

export type ScanResult = z.output<typeof scanResult>;

/** A job's result; null where it is not that of a scan. */
export function readScanResult(result: unknown): ScanResult | null {
  return scanResult.safeParse(result).data ?? null;
}

/** A report as a job stores it: no text holds a key, or a character that no database stores. */
export function toScanResult(report: Omit<ScanReport, 'usage'> & Partial<ScanReport>): ScanResult {
  const { inputTokens = 0, outputTokens = 0 } = report.usage ?? {};
  return {
    risk_level: report.riskLevel,
    risk_score: Math.round(report.riskScore),
    summary: storable(report.summary),
    findings: report.findings.map(({ rule, severity, title, file, line, evidence, advice }) => ({
      ...{ rule, severity, title: storable(title), line, advice: storable(advice) },
      file: file === null ? null : storable(file),
      evidence: evidence === null ? null : storable(evidence),
    })),
    partial: report.partial,
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
  };
}

/** PostgreSQL refuses U+0000 and lone surrogates in JSON. */
function storable(text: string): string {
  return withoutKeys(text.toWellFormed().replaceAll('\0', '\uFFFD'));
}
