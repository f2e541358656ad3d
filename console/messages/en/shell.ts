import { number } from './number.ts';
import { quoted } from './quoted.ts';

export const language = 'en';

export const settings = {
  title: 'Settings',
  skip: 'Skip to the content',
  product: 'RepoRisk',
  pageTitle: (page: string) => `${page} · Settings · RepoRisk`,
  tier: (tier: number) => `Tier ${tier}`,
  switchPerson: 'Sign out',
  theme: (name: string) => `Theme: ${name}`,
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  apiAccess: 'API Access',
  subOrgs: 'Sub-organizations',
  serviceAccounts: 'Service accounts',
  webhooks: 'Webhooks',
  jobs: 'Jobs',
  repositories: 'Repositories',
  extensions: 'Extensions',
  anthropicKey: 'Anthropic API key',
  auditLog: 'Audit log',
};

export const lists = {
  loading: 'Loading',
  pages: 'Pages',
  previous: 'Previous',
  next: 'Next',
  page: (number: number) => `Page ${number}`,
};

export const loading = {
  failed: 'This part of the console could not be loaded. Check your connection.',
  fault: 'This part of the console stopped because of a fault on our side.',
  outdated: 'A new version of the console is available.',
  reload: 'Reload',
  retry: 'Try again',
  retrying: 'Trying again…',
};

export const search = {
  onlyPreview: 'A raw key or secret is never searched for, only its preview.',
};

export const combobox = {
  clear: (label: string) => `Clear ${label}`,
  none: 'No match.',
  found: (count: number) => (count === 1 ? '1 match' : `${number.format(count)} matches`),
};

export const dialogs = {
  close: 'Close',
  cancel: 'Cancel',
  working: 'Working…',
  unsavedTitle: 'Discard your changes?',
  unsaved: 'What you entered in this form is not saved.',
  keepEditing: 'Keep editing',
  discard: 'Discard changes',
  typeToConfirm: (word: string) => `Type ${quoted(word)} to confirm`,
};

export const times = {
  now: 'just now',
  local: (time: string) => `${time} your time`,
};
