import { quoted } from './quoted.ts';

export const jobs = {
  title: 'Jobs',
  lead: 'Analyses that were submitted, by people and by keys.',
  filter: 'Status',
  any: 'Any status',
  typeFilter: 'Kind',
  anyType: 'Any kind',
  statuses: {
    queued: 'Queued',
    running: 'Running',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  types: {
    repo_analysis: 'Repository analysis',
    extension_analysis: 'Extension analysis',
    key_import: 'Import of API keys',
  } as Readonly<Record<string, string>>,
  columns: {
    job: 'Job',
    subOrg: 'Sub-organization',
    created: 'Submitted',
    progress: 'Progress',
    status: 'Status',
    actions: 'Actions',
  },
  detailsOf: (id: string) => `Details of ${id}`,
  details: {
    id: 'Id',
    by: 'Submitted by',
    started: 'Started',
    ended: 'Ended',
    result: 'Result',
    none: 'No result was recorded.',
    raw: 'As JSON',
    notYet: 'Not yet',
  },
  you: 'You',
  key: (label: string) => `API key ${quoted(label)}`,
  progress: (done: number, total: number | null) =>
    total === null ? `${done}` : `${done} of ${total}`,
  waiting: 'Not started',
  copyId: (id: string) => `Copy ${id}`,
  cancel: 'Cancel',
  cancelTitle: 'Cancel this job?',
  cancelRunning: (done: string) =>
    `What it has done so far (${done}) is discarded. To run it, submit it again.`,
  cancelImport: (done: string) =>
    `The keys that it has imported so far (${done}) stay. For the rest, import the same file again.`,
  keep: 'Let it run',
  cancelConfirm: 'Cancel the job',
  cancelled: 'The job is cancelled.',
  all: 'All',
  system: 'The system',
  empty: {
    title: 'No jobs yet',
    hint: 'Each scan of a repository or an extension is one, with its progress and its result.',
  },
  emptyAction: 'Open repositories',
  emptyFiltered: 'No entries match these filters.',
  clear: 'Clear filters',
  adminsOnly: (organization: string) =>
    `Admins of ${organization} can cancel jobs: ask one of them.`,
};
