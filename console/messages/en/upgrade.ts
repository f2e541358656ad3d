const number = new Intl.NumberFormat('en');
const keys = (count: number) => (count === 1 ? '1 key' : `${number.format(count)} keys`);

export const upgrade = {
  title: 'API access comes with Tier 3',
  lead: (tier: number) =>
    `Your organization is on Tier ${tier}. Upgrade to call RepoRisk from your pipelines and services.`,
  points: [
    'Keys for every integration, with access to one sub-organization if you like',
    'Rotation without downtime and immediate revocation',
    'Permissions, expiry and allowed IP addresses for each key',
  ],
  contact: 'Contact sales',
  address: 'mailto:sales@canirunthat.com?subject=RepoRisk%20API%20access',
  dormantTitle: (count: number) =>
    count === 1
      ? '1 key is paused by your plan'
      : `${number.format(count)} keys are paused by your plan`,
  dormant:
    'They are refused for now, and work again after an upgrade. Revoke them if they are not needed.',
  action: 'Revoke all keys',
};

export const revokeAll = {
  title: 'Revoke every key?',
  lead: (count: number) =>
    `${keys(count)} will be refused permanently. New keys can be created after an upgrade.`,
  confirm: 'Revoke all keys',
};
