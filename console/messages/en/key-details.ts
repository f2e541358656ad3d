import { number } from './number.ts';
import { quoted } from './quoted.ts';

const calls = (count: number) => (count === 1 ? '1 call' : `${number.format(count)} calls`);
const days = (count: number) => (count === 1 ? '1 day' : `${number.format(count)} days`);

/** The time for which a key was observed, as a part of a sentence. */
const inTime = (observed: number) => {
  if (observed >= 90) return 'in 90 days';
  return observed === 0 ? 'since it was made today' : `in the ${days(observed)} since it was made`;
};

const ranges = { '24h': '24 hours', '7d': '7 days' };

export const keyUse = {
  title: 'Calls',
  range: 'Show calls of',
  ranges,
  summary: (count: number, range: '24h' | '7d') => `${calls(count)} in the last ${ranges[range]}`,
  none: (range: '24h' | '7d') => `No calls in the last ${ranges[range]}.`,
  never: 'No calls yet. They appear here a second after they are made.',
  failed: (count: number) => (count === 1 ? '1 of them failed' : `${number.format(count)} failed`),
  noneFailed: 'none failed',
  sentence: (parts: readonly string[]) => `${parts.join(', ')}.`,
  outcomes: {
    success: 'Answered',
    client_error: 'Not found or invalid (4xx)',
    forbidden: 'Not allowed (403)',
    rate_limited: 'Over the rate limit (429)',
    server_error: 'Server fault (5xx)',
  },
  /** Short forms, for places without room for the name. */
  short: {
    success: 'Answered',
    client_error: '4xx',
    forbidden: '403',
    rate_limited: '429',
    server_error: '5xx',
  },
  count: (count: number) => number.format(count),
  ofOutcome: (name: string, count: number) => `${name}: ${number.format(count)}`,
  span: (time: string, parts: readonly string[]) => `${time}: ${parts.join(', ') || 'no calls'}`,
  picture: (summary: string) => `${summary} Above the line: answered. Below it: failed.`,
  asTable: 'As a table',
  tableCaption: (range: '24h' | '7d') => `Calls of the last ${ranges[range]}`,
  time: { '24h': 'Hour from', '7d': 'Day (UTC)' },
};

export const lastCalls = {
  title: 'Last calls',
  duration: (milliseconds: number) =>
    milliseconds < 1 ? 'under 1 ms' : `${number.format(Math.round(milliseconds))} ms`,
  noAgent: 'no agent named',
  noAddress: 'address unknown',
  request: 'Request',
  more: (count: number) => `Show ${number.format(count)} more`,
  fewer: 'Show fewer',
};

export const rotationPanel = {
  title: 'Rotation under way',
  works: (preview: string) => `The old secret ${preview} stops working`,
  over: 'It is over: the old secret is refused.',
  unused: 'Not used since the rotation: it is safe to expire it.',
  unusedHint: 'Something that runs rarely may not have run since.',
  used: (count: number) =>
    count === 1
      ? '1 caller still uses it. Give it the new secret first.'
      : `${number.format(count)} callers still use it. Give them the new secret first.`,
  callers: 'Who still uses the old secret',
  noAgent: 'No agent named',
  noAddress: 'address unknown',
  calls,
  last: 'last',
  endGrace: 'Expire old secret now',
  endTitle: (label: string) => `Expire the old secret of ${quoted(label)}?`,
  ends: (preview: string) =>
    `The old secret ${preview} is refused from the next request on. This cannot be undone.`,
  breaks: 'These fail with 401 until they have the new secret:',
  breaksNothing: 'Not used since the rotation, so nothing should fail.',
  keepsNew: 'The new secret goes on working.',
};

export const reminder = {
  unused: (count: number) => `Not used for ${days(count)}. Revoke it if it is not needed.`,
  neverUsed: (count: number) =>
    `Never used in the ${days(count)} since it was made. Revoke it if it is not needed.`,
  old: (count: number) =>
    `Its secret is ${days(count)} old. Rotate it at least every 90 days: with a grace nothing fails.`,
};

export const scopeUse = {
  title: 'What it uses',
  never: (observed: number) => `Never used ${inTime(observed)}:`,
  last: 'last used',
  allUsed: (observed: number) => `It used everything it may do ${inTime(observed)}.`,
  nothing: 'Not used yet, so nothing can be said about what it needs.',
  early: 'Wait until everything that uses this key has run at least once.',
  keeps: 'Narrowed, it keeps only:',
  narrow: 'Narrow to what it uses',
  narrowing: 'Narrowing…',
  narrowed: (kept: string) =>
    `It may now do only this: ${kept}. Anything else is refused with 403.`,
  undo: 'Undo',
  undone: (label: string) => `${quoted(label)} may do again what it could before.`,
  done: (label: string) => `${quoted(label)} may now do only what it uses.`,
};

export const keyEdit = {
  title: (label: string) => `Edit ${quoted(label)}`,
  open: 'Edit',
  save: 'Save',
  label: 'Label',
  description: 'Description',
  optional: '(optional)',
  descriptionHint: 'What uses it, who to ask, where the secret is kept.',
  owner: 'Owner',
  ownerHints: {
    keep: 'A key can do no more than its owner.',
    me: 'You take it over: it can do what you can, for as long as you can.',
    creator: 'It can do what the person who made it can, for as long as they can.',
    account: 'It keeps working when people leave.',
  },
  me: 'You',
  takeOver: 'You (take it over)',
  organization: 'The organization (imported)',
  creator: (id: string) => `Its creator, ${id}`,
  account: (name: string) => `Service account ${name}`,
  saved: (label: string) => `${quoted(label)} is saved. It holds from the next request on.`,
};

export const refusedAttempts = {
  title: 'Refused attempts',
  none: 'None. They appear here within a minute.',
  first: 'first',
  attempts: (count: number) => (count === 1 ? 'once' : `${number.format(count)} times`),
  reasons: {
    revoked: 'The key was revoked',
    expired: 'The key has expired',
    disabled: 'The key was disabled',
    retired: 'An old secret, after its grace',
    sub_org: 'Its sub-organization is not active',
    address: 'From an address that is not allowed',
    tier: 'The plan has no API access',
    authority: 'Its owner may not do it',
    scope: 'Not among its permissions',
    project: 'Outside its project',
    dialect: 'A key of another kind',
    environment: 'A test key where only live keys are accepted',
    rate_limited: 'Over its rate limit',
  } as Readonly<Record<string, string>>,
};

export const keyPage = {
  title: 'API key',
  all: 'All keys',
  parts: 'Parts of this page',
  overview: 'Overview',
  callers: 'Callers of the last seven days',
  noCallers: 'No accepted call in the last seven days.',
  created: 'Created',
  expires: 'Expires',
  lastUsed: 'Last used',
  never: 'Never',
  access: 'Access',
  wholeOrganization: 'All sub-organizations',
  copyId: 'Copy the key id',
  history: 'History',
  entries: 'Entries about this key',
  noHistory: 'No entries about this key.',
  unknown: 'This organization has no such key. It may belong to another one.',
};

export const settingsOf = {
  title: 'Settings',
  rateLimit: 'Rate limit',
  noRateLimit: 'No limit of its own',
  id: 'Key id',
  description: 'Description',
  scopes: 'Permissions',
  allScopes: 'Full access',
  noScopes: 'None',
  addresses: 'Allowed IP addresses',
  anyAddress: 'Any address',
  owner: 'Owner',
  revokedAt: 'Revoked',
  revokedReason: 'Reason',
};
