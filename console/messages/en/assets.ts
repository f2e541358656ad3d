import { number } from './number.ts';

const levels = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' };

/** Texts that repositories and extensions share. */
const shared = {
  environment: 'Environment',
  environments: { live: 'Live', test: 'Sandbox' },
  url: 'Address',
  submit: 'Submit for a scan',
  subOrg: 'Sub-organization',
  noSubOrg: 'All sub-organizations',
  urlNeeded: 'Enter an address.',
  submitted: 'Submitted. The scan waits for its turn.',
  statuses: {
    queued: 'Queued',
    running: 'Running',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  risk: (level: keyof typeof levels) => `${levels[level]} risk`,
  score: (score: number) => `${number.format(score)} of 100`,
  noRisk: 'Not known yet',
  columns: {
    subOrg: 'Sub-organization',
    status: 'Status',
    risk: 'Risk',
    score: 'Score',
    updated: 'Updated',
    added: 'Added',
  },
  uploaded: 'Uploaded as a file',
  progress: 'Progress of the scan',
  waiting: 'The scan waits for its turn. This page follows it.',
  /** The steps of a scan, each with the progress in per cent at which it begins. */
  steps: [
    [0, 'Starting'],
    [5, 'Fetching the source'],
    [30, 'Applying the rules'],
    [60, 'Claude reads what the rules picked'],
  ] as const,
  running: (step: string) => `${step}. This page follows the scan.`,
  failed: 'The last scan did not complete.',
  retry: 'Scan again',
  retrying: 'Queueing…',
  retried: 'Queued again, as a new scan.',
  scans: {
    title: 'Scans',
    columns: { started: 'Submitted', status: 'Status', reason: 'Reason' },
    none: '–',
  },
};

export const assets = {
  repos: {
    ...shared,
    title: 'Repositories',
    lead: 'Repositories that were submitted, by people and by keys, and the risk that was found.',
    name: 'Repository',
    all: 'All repositories',
    create: 'New repository',
    urlHint: 'An https:// address that can be cloned without signing in.',
    emptyLive: {
      title: 'No repositories yet',
      hint: 'Submit one here, or through the API with a live key.',
    },
    emptyTest: {
      title: 'No repositories in the sandbox',
      hint: 'Submit one through the API with a sandbox key: it costs nothing.',
    },
  },
  extensions: {
    ...shared,
    title: 'Extensions',
    lead: 'Extensions that were submitted, by people and by keys, and the risk that was found.',
    name: 'Extension',
    all: 'All extensions',
    create: 'New extension',
    urlHint: 'The https:// address of a marketplace page, or of a .vsix, .crx or .zip file.',
    emptyLive: {
      title: 'No extensions yet',
      hint: 'Submit one here, or through the API with a live key.',
    },
    emptyTest: {
      title: 'No extensions in the sandbox',
      hint: 'Submit one through the API with a sandbox key: it costs nothing.',
    },
  },
};

export const findings = {
  title: 'Report',
  none: 'No report yet: it is written when a scan has completed.',
  noFindings: 'Nothing was found that speaks against running it.',
  partial:
    'This report is partial: some of the source was not examined, for its size or its format. What was not examined may hold more.',
  older: 'This is the report of an earlier scan.',
  completed: 'Completed',
  rule: 'Rule',
  group: (level: keyof typeof levels, count: number) =>
    `${levels[level]}: ${count === 1 ? '1 finding' : `${number.format(count)} findings`}`,
  place: (file: string, line: number | null) => (line === null ? file : `${file}, line ${line}`),
  advice: 'Advice:',
};
