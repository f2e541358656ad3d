const number = new Intl.NumberFormat('en');
const keys = (count: number) => (count === 1 ? '1 key' : `${number.format(count)} keys`);

export const upgrade = {
  title: 'API access comes with Tier 3',
  lead: (tier: number) =>
    `Your organization is on Tier ${tier}. Upgrade to call RepoRisk from your pipelines and services.`,
  points: [
    'Keys for every integration, held to a sub-organization if you like',
    'Rotation without downtime and immediate revocation',
    'Scopes, expiry and address allow-lists for each key',
  ],
  contact: 'Contact sales',
  address: 'mailto:sales@canirunthat.com?subject=RepoRisk%20API%20access',
  dormantTitle: (count: number) =>
    count === 1 ? '1 key lies dormant' : `${number.format(count)} keys lie dormant`,
  dormant:
    'They are refused on your current plan, and would work again after an upgrade. If they are not needed, revoke them.',
  action: 'Revoke all keys',
};

export const revokeAll = {
  title: 'Revoke every key?',
  lead: (count: number) =>
    `${keys(count)} will be refused permanently. New keys can be created after an upgrade.`,
  confirm: 'Revoke all keys',
};
