import { systemActions } from './record-event.ts';

/**
 * Operations that change something: each is an action of the log. A test compares the two lists.
 */
const operationActions = [
  'anthropicKey.check',
  'anthropicKey.remove',
  'anthropicKey.set',
  'apiKeys.bulk',
  'apiKeys.create',
  'apiKeys.endGrace',
  'apiKeys.import',
  'apiKeys.revoke',
  'apiKeys.revokeAll',
  'apiKeys.rotate',
  'apiKeys.update',
  'extensions.submitUrl',
  'extensions.upload',
  'jobs.cancel',
  'jobs.retry',
  'jobs.retryFailed',
  'leaks.github',
  'leaks.report',
  'organizations.add',
  'organizations.setTier',
  'repos.analyze',
  'restore.accept',
  'restore.declare',
  'secrets.change',
  'secrets.move',
  'serviceAccounts.create',
  'serviceAccounts.update',
  'subOrgs.add',
  'subOrgs.archive',
  'subOrgs.create',
  'subOrgs.remove',
  'subOrgs.update',
  'usage.prune',
  'webhooks.create',
  'webhooks.redeliver',
  'webhooks.remove',
  'webhooks.test',
  'webhooks.update',
] as const;

/** Every action in the log. */
export const auditActions = [...operationActions, ...systemActions] as const;
