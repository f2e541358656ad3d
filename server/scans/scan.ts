import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetPolicy } from '../network/target-policy.ts';
import type { AskModel } from './ask-model.ts';
import type { Examination, ScanSource } from './child-calls.ts';
import { examine } from './examine.ts';
import { findingAbout } from './first-pass/first-pass.ts';
import { type ScanLimits, scanLimits } from './limits.ts';
import { askAboutRisks, type ModelPass } from './model-pass.ts';
import { type Finding, type ScanReport, severities } from './report.ts';
import { scoreOf } from './score.ts';

export type { ScanSource } from './child-calls.ts';

/** The beginning of each step, in per cent. The console's `steps` name them by these figures. */
export const scanSteps = { fetch: 5, rules: 30, model: 60 } as const;

/** The context of a scan. */
export interface ScanContext {
  readonly ask: AskModel;
  /** The permitted targets; `publicTargets` outside tests. */
  readonly network: TargetPolicy;
  /** Called with the begin of each step of `scanSteps`, and with 100 at the end. */
  readonly onProgress: (percent: number) => void;
  readonly signal: AbortSignal;
  /** An existing folder for temporary files. They are gone when the scan ends, in whatever way. */
  readonly folder: string;
  readonly limits?: ScanLimits;
}

/**
 * Scans a repository or an extension: fetches it, judges it by rules, and asks the model about the
 * files that decide whether it is safe to run.
 *
 * @throws ScanFailure with a message for the customer; whatever `ask` throws, unchanged; the signal's
 * reason when aborted.
 */
export async function scan(source: ScanSource, context: ScanContext): Promise<ScanReport> {
  const { ask, network, onProgress, signal, limits = scanLimits } = context;
  const folder = await mkdtemp(join(context.folder, 'scan-'));
  try {
    onProgress(scanSteps.fetch);
    const onReceived = () => onProgress(scanSteps.rules);
    const task = { source, folder, limits };
    const examination = await examine(task, { network, signal, onReceived });
    onProgress(scanSteps.model);
    const judged = await askAboutRisks(source, examination, ask, signal);
    signal.throwIfAborted();
    onProgress(100);
    return reportOf(examination, judged);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reportOf(
  { findings, gaps, leftOut, fileCount }: Examination,
  judged: ModelPass,
): ScanReport {
  const unseen = [
    ...gaps.map((gap) => `Not read: ${gap}.`),
    ...(judged.isUsable ? [] : ['The model gave no usable answer: this report is by rules alone.']),
  ];
  const unread = leftOut > 0 ? [`The model did not read ${leftOut} files, or not their end.`] : [];
  const incomplete = unseen.length > 0 ? [findingAbout('scan-incomplete', null)] : [];
  const all = [...findings, ...judged.findings, ...incomplete].toSorted(bySeverity);
  const { riskLevel, riskScore } = scoreOf(
    all.map(({ severity }) => severity),
    judged.score,
  );
  const counted = `Files examined: ${fileCount}. Findings: ${all.length}.`;
  const summary = [judged.summary, counted, ...unseen, ...unread].filter(Boolean).join(' ');
  const partial = unseen.length + unread.length > 0;
  return { riskLevel, riskScore, summary, findings: all, partial, usage: judged.usage };
}

const bySeverity = (one: Finding, other: Finding) =>
  severities.indexOf(other.severity) - severities.indexOf(one.severity);
