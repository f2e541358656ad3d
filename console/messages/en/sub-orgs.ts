import { quoted } from './quoted.ts';

export const subOrgs = {
  title: 'Sub-organizations',
  lead: 'Parts of your organization. The access of a key can be limited to one of them.',
  create: 'New sub-organization',
  createTitle: 'New sub-organization',
  name: 'Name',
  nameNeeded: 'Enter a name.',
  save: 'Create',
  rename: 'Rename',
  renameTitle: (name: string) => `Rename ${quoted(name)}`,
  saveName: 'Save',
  linked: 'Members sign in with',
  archive: {
    action: 'Archive',
    title: (name: string) => `Archive ${quoted(name)}?`,
    lead: 'It stays in this list, with its repositories and reports, and gets no new keys or scans. An archived sub-organization cannot be reopened.',
  },
  remove: {
    action: 'Remove',
    title: (name: string) => `Remove ${quoted(name)}?`,
    lead: 'It disappears from every list, and this cannot be undone. Its repositories and reports move to your organization. To keep it in this list, archive it instead.',
  },
  unlinks: (clerkId: string) => `Members of ${clerkId} lose their access.`,
  revokes: (count: string) =>
    `${count} with access to only this sub-organization will be revoked permanently:`,
  revokesNone: 'No key is limited to it, so none is revoked.',
  dormant: 'Its keys, which are paused by your plan, will be revoked permanently.',
  active: 'Active',
  archived: 'Archived',
  columns: {
    name: 'Name',
    keys: 'Active keys',
    id: 'Id',
    created: 'Created',
    status: 'Status',
    actions: 'Actions',
  },
  empty: {
    title: 'No sub-organizations yet',
    hint: 'Make one for each team or product: a key of one reaches its repositories and no others.',
  },
  adminsOnly: (organization: string) =>
    `Admins of ${organization} add, rename and archive sub-organizations: ask one of them.`,
  done: {
    created: (name: string) => `${quoted(name)} created.`,
    renamed: (name: string) => `Renamed to ${quoted(name)}.`,
    archive: (name: string) => `${quoted(name)} is archived, and its keys are revoked.`,
    remove: (name: string) => `${quoted(name)} is removed, and its keys are revoked.`,
  },
};
