import { Show } from 'solid-js';
import type { BulkAction, ListedKey } from '../../api/records.ts';
import { apiAccess as text } from '../../messages/messages.ts';
import { useMember } from '../../session/member-context.ts';
import type { KeyActions } from '../key-actions.ts';

/** The actions of a key in the head of its page. Each keeps its button, and so the focus. */
export function KeyPageActions(props: {
  apiKey: ListedKey;
  actions: KeyActions;
  onOpen: (kind: 'rotate' | 'revoke') => void;
  onBulk: (action: BulkAction) => void;
}) {
  const member = useMember();
  const isActive = () => props.apiKey.status === 'active';
  const isLive = () => isActive() || props.apiKey.status === 'disabled';
  const isMine = () => props.apiKey.owner.id === member()?.user.id;
  const dialogButton = (label: string, open: () => void, look = 'button') => (
    <button type="button" class={look} aria-haspopup="dialog" onClick={open}>
      {label}
    </button>
  );
  return (
    <>
      <Show when={isLive()}>{dialogButton(text.actions.rotate, () => props.onOpen('rotate'))}</Show>
      <button type="button" class="button" onClick={props.actions.startRenaming}>
        {text.actions.rename}
      </button>
      <Show when={isLive()}>
        <button
          type="button"
          class="button"
          aria-haspopup={isActive() ? 'dialog' : undefined}
          aria-disabled={props.actions.isPending()}
          onClick={() => (isActive() ? props.onBulk('disable') : props.actions.enable())}
        >
          {isActive() ? text.actions.disable : text.actions.enable}
        </button>
      </Show>
      <Show when={isLive() && !isMine()}>
        {dialogButton(text.actions.takeOver, () => props.onBulk('take_over'))}
      </Show>
      {dialogButton(text.actions.revoke, () => props.onOpen('revoke'), 'button button-danger')}
    </>
  );
}
