import type { ApiKey, BulkAction } from '../api/records.ts';
import { apiAccess as text } from '../messages/messages.ts';
import type { MenuItem } from '../ui/menu.tsx';
import type { KeyActions } from './key-actions.ts';

/** The actions of a key that its state allows, the irreversible one last. */
export function keyMenu(
  key: ApiKey,
  {
    actions,
    openFor,
    openBulk,
    isMine,
  }: {
    readonly actions: KeyActions;
    readonly openFor: (kind: 'rotate' | 'revoke') => void;
    readonly openBulk: (action: BulkAction) => void;
    /** Whether the viewer owns the key already. */
    readonly isMine: boolean;
  },
): MenuItem[] {
  const isActive = key.status === 'active';
  const takeOver: MenuItem = {
    ...{ label: text.actions.takeOver, icon: 'key', opensDialog: true },
    onSelect: () => openBulk('take_over'),
  };
  const live: MenuItem[] = [
    {
      ...{ label: text.actions.rotate, icon: 'rotate', opensDialog: true },
      onSelect: () => openFor('rotate'),
    },
    isActive
      ? {
          ...{ label: text.actions.disable, icon: 'pause', opensDialog: true },
          onSelect: () => openBulk('disable'),
        }
      : {
          ...{ label: text.actions.enable, icon: 'check' },
          onSelect: actions.enable,
        },
    ...(isMine ? [] : [takeOver]),
    {
      ...{ label: text.actions.handOver, icon: 'robot', opensDialog: true },
      onSelect: () => openBulk('hand_over'),
    },
  ];
  return [
    { label: text.actions.rename, icon: 'pencil', onSelect: actions.startRenaming },
    ...(key.status === 'expired' ? [] : live),
    {
      ...{ label: text.actions.revoke, icon: 'close', opensDialog: true, isDanger: true },
      onSelect: () => openFor('revoke'),
    },
  ];
}
