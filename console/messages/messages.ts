// The source of every text of the console. One file per page: each is loaded with its page.
// Another language is another folder beside `en` with the same files.
export { affectedKeys } from './en/affected-keys.ts';
export { anthropicKey, tokenUse } from './en/anthropic-key.ts';
export { apiAccess, practices } from './en/api-access.ts';
export { assets, findings } from './en/assets.ts';
export { auditLog } from './en/audit-log.ts';
export { bulk } from './en/bulk.ts';
export { errors } from './en/errors.ts';
export { jobs } from './en/jobs.ts';
export { keyCallers, revoke, rotate } from './en/key-changes.ts';
export {
  keyEdit,
  keyPage,
  keyUse,
  lastCalls,
  refusedAttempts,
  reminder,
  rotationPanel,
  scopeUse,
  settingsOf,
} from './en/key-details.ts';
export { keyForm } from './en/key-form.ts';
export { reveal } from './en/reveal.ts';
export { serviceAccounts } from './en/service-accounts.ts';
export { session } from './en/session.ts';
export {
  combobox,
  dialogs,
  language,
  lists,
  loading,
  search,
  settings,
  times,
} from './en/shell.ts';
export { shortTimes } from './en/short-times.ts';
export { subOrgs } from './en/sub-orgs.ts';
export { revokeAll, upgrade } from './en/upgrade.ts';
export { webhooks } from './en/webhooks.ts';
