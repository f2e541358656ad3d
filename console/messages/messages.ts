// Every text of the console comes from here, one file per page so that each is loaded with its page.
// Another language is another folder beside `en` with the same files.
export { apiAccess, guidance } from './en/api-access.ts';
export { errors } from './en/errors.ts';
export { revoke, rotate } from './en/key-changes.ts';
export { keyForm } from './en/key-form.ts';
export { auditLog, jobs, serviceAccounts, subOrgs } from './en/pages.ts';
export { reveal } from './en/reveal.ts';
export { session } from './en/session.ts';
export { dialogs, language, lists, settings, times } from './en/shell.ts';
export { revokeAll, upgrade } from './en/upgrade.ts';
