import { number } from './number.ts';
import { quoted } from './quoted.ts';

export const rotate = {
  title: (label: string) => `Rotate ${quoted(label)}?`,
  lead: 'The key keeps its id, permissions and expiry, and gets a new secret.',
  grace: 'The old secret keeps working',
  graces: {
    '0': 'Not at all: it expires now',
    '900': 'For 15 minutes',
    '3600': 'For 1 hour',
    '21600': 'For 6 hours',
    '86400': 'For 24 hours',
    '604800': 'For 7 days',
    custom: 'For a number of hours…',
  },
  hours: 'Hours',
  hoursError: 'A whole number from 1 to 168.',
  until: (date: string) => `Until ${date}. Replace the secret everywhere before then.`,
  atOnce: 'Whatever uses the old secret fails until you replace it. Choose this after a leak.',
  endsGrace: 'The secret before the present one still works: it expires now.',
  cappedByExpiry: 'The key expires before that, and so does the old secret.',
  confirm: 'Rotate',
  rotating: 'Rotating…',
};

export const revoke = {
  title: (label: string) => `Revoke ${quoted(label)}?`,
  forEver: 'This cannot be undone. The key is refused from the next request on.',
  lastUsed: 'Last used',
  neverUsed: 'It was never used.',
  reach: 'Access',
  wholeOrganization: 'All sub-organizations',
  onlySubOrg: (name: string) => `${name} only`,
  reason: 'Reason',
  optional: '(optional)',
  reasonHint: 'For the audit log, for example “replaced” or “leaked”.',
  confirm: 'Revoke key',
};

export const keyCallers = {
  looking: 'Looking for its callers…',
  none: 'No caller used it in the last 7 days.',
  breaks: (count: number) =>
    count === 1
      ? '1 caller used it in the last 7 days, and stops working:'
      : `${number.format(count)} callers used it in the last 7 days, and stop working:`,
  noAgent: 'No agent named',
  noAddress: 'address unknown',
  calls: (count: number) => (count === 1 ? '1 call' : `${number.format(count)} calls`),
  last: 'last',
  more: (count: number) => `and ${number.format(count)} more`,
};
