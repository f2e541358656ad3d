import { number } from './number.ts';

const windows: Readonly<Record<number, string>> = {
  1: 'second',
  60: 'minute',
  3600: 'hour',
  86400: 'day',
};
const perSeconds = (count: number) => windows[count] ?? `${number.format(count)} seconds`;

export const keyForm = {
  title: 'New API Key',
  lead: 'The secret is shown once, right after you create the key.',
  label: 'Label',
  labelHint: 'What will use it, for example “CI Pipeline” or “Security Audit Script”.',
  labelNeeded: 'Enter a label, so that you know later what the key is for.',
  dialect: 'Format',
  dialectNames: {
    reporisk: 'RepoRisk (rrk_)',
    platform: 'Platform (rfk_)',
    repurai: 'Repurai (rep_)',
  },
  dialectHints: {
    reporisk: 'For this API.',
    platform:
      'For services behind a proxy that asks this server. Choose its permissions under Advanced.',
    repurai: 'Makes, renames and revokes keys of its own format, and nothing else.',
  },
  project: 'Project',
  projectHint: 'The key then works only where a request names this project, such as prj_01H2XA9C.',
  subOrg: 'Access',
  subOrgHint: 'The repositories and extensions that the key reaches.',
  wholeOrganization: 'All sub-organizations',
  optional: '(optional)',
  advanced: 'Advanced',
  expiry: 'Expires',
  expiryPresets: {
    '7': 'In 7 days',
    '30': 'In 30 days',
    '60': 'In 60 days',
    '90': 'In 90 days',
    '180': 'In 180 days',
    '365': 'In a year',
    date: 'On a date…',
    never: 'Never',
  },
  expiresOn: (date: string) => `On ${date}.`,
  expiresNever: 'A key that expires limits what a leak can do.',
  date: 'Date',
  dateError: 'Choose a day from tomorrow on, within ten years.',
  scopes: 'Permissions',
  allScopes: 'Full access',
  someScopes: 'Restricted',
  scopeNeeded: 'Choose at least one.',
  scopeNames: {
    'repos:read': 'Read repositories and reports',
    'repos:analyze': 'Submit repositories',
    'extensions:read': 'Read extensions and reports',
    'extensions:submit': 'Submit extensions',
    'admin:*': 'All of these, and what is added later',
  },
  addresses: 'Allowed IP addresses',
  addressesHint:
    'One address or CIDR block per line, such as 203.0.113.0/24. Empty means any address.',
  rateLimit: 'Rate limit',
  rateCount: 'Requests',
  rateSeconds: 'Per seconds',
  rateHint: 'Empty means no limit of its own. What goes over is answered with 429.',
  rateIs: (rate: string) => `At most ${rate}; what goes over is answered with 429.`,
  rate: (limit: number, seconds: number) =>
    `${number.format(limit)} ${limit === 1 ? 'request' : 'requests'} per ${perSeconds(seconds)}`,
  wholeNumber: 'A whole number is needed.',
  owner: 'Owner',
  ownerHint:
    'The key can do no more than its owner. A service account’s keys keep working when you leave.',
  you: 'You',
  summary: (parts: readonly string[]) => parts.join(' · '),
  create: 'Create',
  creating: 'Creating…',
};
