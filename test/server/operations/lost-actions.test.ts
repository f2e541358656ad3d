import { expect, test } from 'vitest';
import { systemActions } from '../../../server/audit/record-event.ts';
import { reappliedActions } from '../../../server/operations/restore/reapply.ts';
import { definedOperations } from './defined-operations.ts';

const gives = 'It gives or makes: taking nothing away, it is done again by hand.';
const byHand = 'It takes away what can be given back: the operator is told to do it again.';
const byClerk = "Clerk's next webhook, token or reconciliation says it again.";
const nothing = 'It takes nothing from a caller.';

/** Why accepting a restore lists an action as lost, and does not do it once more. */
const lost: Readonly<Record<string, string>> = {
  'apiKeys.create': gives,
  'apiKeys.import': gives,
  'apiKeys.update': byHand,
  'apiKeys.rotate': 'The new secret is lost, so its holder needs another one: rotate or revoke it.',
  'apiKeys.endGrace': 'It takes a secret, not its key: what retires now may be another one.',
  'apiKeys.bulk': 'It has no row of its own: each key has that of its single call.',
  'subOrgs.create': gives,
  'subOrgs.add': gives,
  'subOrgs.update': nothing,
  'serviceAccounts.create': gives,
  'serviceAccounts.update': byHand,
  'organizations.add': gives,
  'organizations.setTier': byHand,
  'webhooks.create': gives,
  'webhooks.update': byHand,
  'webhooks.redeliver': nothing,
  'webhooks.remove': byHand,
  'webhooks.disable': 'An endpoint that still fails is disabled again.',
  'repos.analyze': gives,
  'extensions.submitUrl': gives,
  'extensions.upload': gives,
  'jobs.cancel': byHand,
  'usage.prune': nothing,
  'secrets.change': nothing,
  'secrets.move': nothing,
  'restore.declare': nothing,
  'restore.accept': 'Its rows of what it did once more count as that; this one is its summary.',
  'clerk.organization': byClerk,
  'clerk.membership': byClerk,
  'clerk.subOrg.created': gives,
  'clerk.subOrg.linked': byClerk,
  'clerk.subOrg.unlinked': byClerk,
  'clerk.subOrg.stayedRemoved': nothing,
  'integrity.forgedRow': nothing,
  'server.secretChanged': nothing,
};

test('each action of the audit log is done once more after a restore, or stays lost for a reason', async () => {
  const mutations = (await definedOperations()).filter(({ kind }) => kind === 'mutation');
  const actions = new Set([...mutations.map(({ name }) => name), ...systemActions]);
  const classified = [...reappliedActions, ...Object.keys(lost)];
  expect(classified.sort()).toEqual([...actions].sort());
});
