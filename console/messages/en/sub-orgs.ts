import { quoted } from './quoted.ts';

export const subOrgs = {
  title: 'Sub-organizations',
  lead: 'Parts of your organization. A key can be held to one of them.',
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
    lead: 'No key can be held to it any more, and it cannot be opened again. Its repositories and reports stay.',
  },
  remove: {
    action: 'Remove',
    title: (name: string) => `Remove ${quoted(name)}?`,
    lead: 'It disappears from every list, and this cannot be undone. Its repositories and reports stay with your organization.',
  },
  unlinks: (clerkId: string) => `Members of ${clerkId} lose their access.`,
  revokes: (count: string) => `${count} held to it will be revoked permanently:`,
  revokesNone: 'No key is held to it.',
  dormant: 'Its keys, which lie dormant on your plan, will be revoked permanently.',
  active: 'Active',
  archived: 'Archived',
  columns: { name: 'Name', id: 'Id', created: 'Created', status: 'Status', actions: 'Actions' },
  empty: 'No sub-organizations yet.',
  adminsOnly: (organization: string) =>
    `Admins of ${organization} add, rename and archive sub-organizations: ask one of them.`,
  done: {
    created: (name: string) => `${quoted(name)} is there.`,
    renamed: (name: string) => `Renamed to ${quoted(name)}.`,
    archive: (name: string) => `${quoted(name)} is archived, and its keys are revoked.`,
    remove: (name: string) => `${quoted(name)} is removed, and its keys are revoked.`,
  },
};
