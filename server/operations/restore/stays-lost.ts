const made = 'It was made or given: make it again where it is still wanted.';
const nothing = 'It took nothing away.';

/** The operator's task for each action that accepting a restore does not repeat. */
export const staysLost: Readonly<Record<string, string>> = {
  'apiKeys.create': 'The key is lost: its holder needs another one.',
  'apiKeys.import': 'The key is lost unless its import still waits: import it again.',
  'apiKeys.update': 'Narrow or disable the key again, or revoke it.',
  'apiKeys.rotate':
    'The new secret is lost and the one before works again: rotate or revoke the key.',
  'apiKeys.bulk': 'It has no row of its own: each key has that of its single call.',
  'apiKeys.endGrace': 'The secret that was ended may work again: end its grace, or revoke the key.',
  'anthropicKey.set': 'The key before it is used again, if there was one: set it again.',
  'anthropicKey.check': nothing,
  'anthropicKey.remove': 'Remove the Anthropic key again.',
  'anthropicKey.refused': 'A key that is still refused is found out again.',
  'subOrgs.create': made,
  'subOrgs.add': made,
  'subOrgs.update': nothing,
  'serviceAccounts.create': made,
  'serviceAccounts.update': 'Lower or disable the service account again.',
  'organizations.add': made,
  'organizations.setTier': 'Set the tier again.',
  'webhooks.create': made,
  'webhooks.update': 'Change or switch off the webhook again.',
  'webhooks.redeliver': nothing,
  'webhooks.test': nothing,
  'webhooks.remove': 'Remove the webhook again.',
  'webhooks.disable': 'An endpoint that still fails is switched off again.',
  'repos.analyze': made,
  'extensions.submitUrl': made,
  'extensions.upload': made,
  'jobs.cancel': 'Cancel the job again.',
  'jobs.retry': made,
  'jobs.retryFailed': made,
  'usage.prune': nothing,
  'secrets.change': nothing,
  'secrets.move': nothing,
  'restore.declare': nothing,
  'restore.accept': 'It is the summary of an earlier acceptance, whose rows count by themselves.',
  'clerk.organization':
    'Where the tier fell, a reconciliation (CLERK_SECRET_KEY) lowers it again; without one, set it.',
  'clerk.subOrg.created': "Clerk's next word makes it again.",
  'clerk.subOrg.linked':
    'Until a reconciliation or the next webhook links it again, its members act as those of a parent.',
  'clerk.subOrg.unlinked':
    'Until a reconciliation or the next webhook unlinks it again, its members act in it.',
  'clerk.subOrg.stayedRemoved': nothing,
  'integrity.forgedRow': nothing,
  'server.secretChanged': nothing,
};
