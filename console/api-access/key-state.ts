import type { ApiKey } from '../api/records.ts';
import type { Tone } from '../ui/chip.tsx';
import type { IconName } from '../ui/icon.tsx';
import { isUnused } from './key-age.ts';

export type KeyState =
  | ApiKey['status']
  | NonNullable<ApiKey['blockedReason']>
  | 'rotating'
  | 'unused';

export const looks: Readonly<Record<KeyState, readonly [Tone, IconName]>> = {
  active: ['good', 'check'],
  disabled: ['warning', 'pause'],
  expired: ['calm', 'clock'],
  revoked: ['calm', 'close'],
  service_account_disabled: ['danger', 'lock'],
  owner_left: ['danger', 'lock'],
  owner_demoted: ['warning', 'lock'],
  rotating: ['calm', 'rotate'],
  unused: ['warning', 'clock'],
};

/** What counts most about a key: why it is refused, else what an admin should know. */
export function stateOf(key: ApiKey): KeyState {
  if (key.status !== 'active') return key.status;
  if (key.blockedReason !== null) return key.blockedReason;
  if (key.retiringUntil !== null) return 'rotating';
  return isUnused(key) ? 'unused' : 'active';
}
