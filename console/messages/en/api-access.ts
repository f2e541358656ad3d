import { number } from './number.ts';
import { quoted } from './quoted.ts';

const keys = (count: number) => (count === 1 ? '1 key' : `${number.format(count)} keys`);

export const apiAccess = {
  title: 'API Access',
  lead: 'Keys let scripts and services call the RepoRisk API on behalf of your organization.',
  newKey: 'New API Key',
  table: {
    caption: 'API keys',
    label: 'Label and key',
    subOrg: 'Sub-organization',
    createdBy: 'Created by',
    createdAt: 'Created',
    lastUsedAt: 'Last used',
    expiresAt: 'Expires',
    status: 'Status',
    actions: 'Actions',
  },
  status: { active: 'Active', disabled: 'Disabled', expired: 'Expired', revoked: 'Revoked' },
  retiring: 'Rotating',
  unused: 'Unused',
  never: 'Never',
  neverExpires: 'Never',
  wholeOrganization: 'All',
  you: 'You',
  imported: 'Imported',
  testKey: 'Test',
  filters: {
    search: 'Search by label or preview',
    status: 'Status',
    anyStatus: 'Any status',
    subOrg: 'Sub-organization',
    anySubOrg: 'All sub-organizations',
    clear: 'Clear filters',
  },
  sortBy: 'Sort by',
  sorts: {
    '-created_at': 'Newest first',
    created_at: 'Oldest first',
    '-last_used_at': 'Used most recently',
    last_used_at: 'Unused the longest',
    label: 'Label, A to Z',
    '-label': 'Label, Z to A',
    expires_at: 'Expiring first',
    '-expires_at': 'Expiring last',
  },
  exportCsv: 'Export CSV',
  exported: (count: number) => `Exported ${keys(count)}.`,
  csvColumns: [
    'id',
    'label',
    'preview',
    'status',
    'sub_organization',
    'created_by',
    'created_at',
    'last_used_at',
    'expires_at',
    'scopes',
    'ip_allow_list',
  ],
  empty: {
    title: 'No keys yet',
    lead: 'Create one for each integration, so that you can revoke one without breaking the others.',
    steps: [
      'Name it after what will use it, such as “CI Pipeline”.',
      'Hold it to one sub-organization if it needs no more.',
      'Copy the secret into your secrets manager: it is shown once.',
    ],
  },
  noMatch: 'No key matches these filters.',
  actions: {
    detailsOf: 'Details of',
    rename: 'Rename',
    rotate: 'Rotate',
    disable: 'Disable',
    enable: 'Enable',
    revoke: 'Revoke',
    of: (action: string, label: string) => `${action} ${label}`,
    newLabel: (label: string) => `New label for ${label}`,
    save: 'Save',
    cancel: 'Cancel',
  },
  done: {
    renamed: (label: string) => `Renamed to ${quoted(label)}.`,
    disabled: (label: string) => `${quoted(label)} is disabled: it is refused from now on.`,
    enabled: (label: string) => `${quoted(label)} works again.`,
    revoked: (label: string) => `${quoted(label)} is revoked: it is refused from now on.`,
    graceEnded: (label: string) => `The old secret of ${quoted(label)} is refused from now on.`,
    revokedAll: (count: number) => `${keys(count)} revoked.`,
  },
};

export const guidance = {
  title: 'Good practice',
  practices: [
    ['Keep keys out of code', 'Store them in environment variables or a secrets manager.'],
    ['One key per integration', 'Revoke one without disrupting the others.'],
    ['Rotate regularly', 'At least every 90 days, and at once if a key may have leaked.'],
    ['Hold keys to a sub-organization', 'When an integration needs no other.'],
  ],
  old: (count: number, more: boolean) =>
    `${more ? 'More than ' : ''}${keys(count)} with a secret over 90 days old: rotate what you still need.`,
  unused: (count: number, more: boolean) =>
    `${more ? 'More than ' : ''}${keys(count)} unused for 90 days: revoke those that are not needed.`,
  show: 'Show',
};
