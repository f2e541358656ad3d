import type { BulkAction, ListedKey } from '../api/records.ts';

/** The keys that an action would change. */
export function eligible(
  action: BulkAction,
  keys: readonly ListedKey[],
  viewer: string | undefined,
): readonly ListedKey[] {
  const isEligible = ({ status, owner }: ListedKey): boolean => {
    switch (action) {
      case 'revoke':
        return status !== 'revoked';
      case 'disable':
        return status === 'active';
      case 'enable':
        return status === 'disabled';
      case 'take_over':
        return isLive(status) && owner.id !== viewer;
      case 'hand_over':
        return isLive(status);
    }
  };
  return keys.filter(isEligible);
}

function isLive(status: ListedKey['status']): boolean {
  return status === 'active' || status === 'disabled';
}
