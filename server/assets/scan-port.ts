import type { AskModel } from '../scans/ask-model.ts';

/** A thing to scan. */
export type ScanSource =
  | { readonly kind: 'repository'; readonly url: string }
  | { readonly kind: 'extension_url'; readonly url: string }
  | { readonly kind: 'extension_file'; readonly path: string; readonly name: string };

type Level = 'low' | 'medium' | 'high' | 'critical';

/** What a scan found. */
export interface ScanReport {
  readonly riskLevel: Level;
  /** 0 to 100. */
  readonly riskScore: number;
  readonly summary: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: Level;
    readonly title: string;
    readonly file: string | null;
    readonly line: number | null;
    readonly evidence: string | null;
    readonly advice: string;
  }[];
  /** Whether some of the source was not examined. */
  readonly partial: boolean;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/** The environment of one scan. */
export interface ScanOptions {
  readonly ask: AskModel;
  onProgress(percent: number, step: string): void;
  /** Aborted when the scan has to end. */
  readonly signal: AbortSignal;
  /** An empty folder of the scan's own, deleted afterwards. */
  readonly folder: string;
}

/**
 * Scans a repository or an extension.
 *
 * @throws an error named `ScanFailure`, whose message is for the customer, where no report is
 * possible; `ask`'s errors; the signal's reason.
 */
export type Scan = (source: ScanSource, options: ScanOptions) => Promise<ScanReport>;
