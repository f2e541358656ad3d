/** Severities of findings and levels of reports, lowest first. */
export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** One reason for a risk. */
export interface Finding {
  /** A rule of the first pass, or `model-…`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  /** The path inside the repository or archive; null for the whole of it. */
  readonly file: string | null;
  /** From 1; null where there is no text. */
  readonly line: number | null;
  /** A part of the file, at most 200 characters, with secrets masked. */
  readonly evidence: string | null;
  readonly advice: string;
}

/** The result of a scan. */
export interface ScanReport {
  readonly riskLevel: Severity;
  /** From 0 to 100. */
  readonly riskScore: number;
  readonly summary: string;
  /** The most severe first. */
  readonly findings: readonly Finding[];
  /** True when a limit kept something from being read or judged; `summary` says what. */
  readonly partial: boolean;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}
