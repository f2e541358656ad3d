import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetPolicy } from '../../../server/network/target-policy.ts';
import type { AskModel, Question } from '../../../server/scans/ask-model.ts';
import { type ScanContext, type ScanSource, scan } from '../../../server/scans/scan.ts';

/** This machine and nothing else. Any other name is refused before it is resolved. */
export const loopback: TargetPolicy = {
  protocols: ['http:'],
  permits: (address) => address === '127.0.0.1',
  async resolve(hostname) {
    if (hostname === 'localhost') return ['127.0.0.1'];
    throw new Error(`${hostname} is not resolved under test`);
  },
};

/** A model that finds nothing. */
export const silentModel: AskModel = async () => ({
  value: { summary: 'Nothing.', risk_score: 0, findings: [] },
  usage: { inputTokens: 10, outputTokens: 5 },
});

/** An answer that names findings, and the questions that were asked. */
export function answering(value: unknown) {
  const questions: Question[] = [];
  const ask: AskModel = async (question) => {
    questions.push(question);
    return { value, usage: { inputTokens: 100, outputTokens: 20 } };
  };
  return { ask, questions };
}

/** Folders of a scan that are still there. */
export async function scanIn(source: ScanSource, context: Partial<ScanContext> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'scan-test-'));
  const progress: number[] = [];
  try {
    const result = await scan(source, {
      ...{ ask: silentModel, network: loopback, folder, signal: new AbortController().signal },
      onProgress: (percent) => progress.push(percent),
      ...context,
    }).then(
      (report) => ({ report, error: null }),
      (error: unknown) => ({ report: null, error }),
    );
    return { ...result, progress, left: await readdir(folder) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
