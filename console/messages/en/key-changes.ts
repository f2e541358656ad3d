import { quoted } from './quoted.ts';

export const rotate = {
  title: (label: string) => `Rotate ${quoted(label)}?`,
  lead: 'The key keeps its id, scopes and expiry, and gets a new secret.',
  grace: 'The old secret keeps working',
  graces: {
    '0': 'Not at all: refuse it at once',
    '3600': 'For 1 hour',
    '86400': 'For 24 hours',
    '604800': 'For 7 days',
  },
  until: (date: string) => `Until ${date}. Replace the secret everywhere before then.`,
  atOnce: 'Whatever uses the old secret fails until you replace it. Choose this after a leak.',
  endsGrace: 'This ends the grace that is under way: the secret before the present one is refused.',
  cappedByExpiry: 'The key expires before that, and so does the old secret.',
  confirm: 'Rotate',
  rotating: 'Rotating…',
};

export const revoke = {
  title: (label: string) => `Revoke ${quoted(label)}?`,
  forEver: 'This cannot be undone. The key is refused from the next request on.',
  takesAlong: 'Ends with it',
  takesAlongHint: 'Keys that this key made, or that those made.',
  breaks: 'What still uses it stops working.',
  lastUsed: 'Last used',
  neverUsed: 'It was never used.',
  reach: 'Reaches',
  wholeOrganization: 'the whole organization',
  onlySubOrg: (name: string) => `${name} only`,
  reason: 'Reason',
  optional: '(optional)',
  reasonHint: 'For the audit log, for example “replaced” or “leaked”.',
  confirm: 'Revoke key',
};
