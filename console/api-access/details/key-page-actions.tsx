import { createSignal, Show, Suspense } from 'solid-js';
import type { ListedKey } from '../../api/records.ts';
import { apiAccess as text } from '../../messages/messages.ts';
import { useMember } from '../../session/member-context.ts';
import { lazyDialog } from '../../ui/lazy-named.tsx';
import type { KeyActions } from '../key-actions.ts';

const DisableKeyDialog = lazyDialog(() => import('./disable-key-dialog.tsx'), 'DisableKeyDialog');

/** The time for which a key's callers are kept, in milliseconds. */
const recently = 7 * 86_400_000;

/** The actions of a key in the head of its page. Each keeps its button, and so the focus. */
export function KeyPageActions(props: {
  apiKey: ListedKey;
  actions: KeyActions;
  onOpen: (kind: 'rotate' | 'revoke') => void;
  onTakeOver: () => void;
}) {
  const member = useMember();
  const [isDisabling, setDisabling] = createSignal(false);
  /** A key in use has callers that stop working: the dialog names them. */
  const toggle = () => {
    const { status, lastUsedAt } = props.apiKey;
    const isInUse = lastUsedAt !== null && Date.now() - Date.parse(lastUsedAt) < recently;
    if (status === 'active' && isInUse) setDisabling(true);
    else props.actions.setDisabled(status === 'active');
  };
  const isLive = () => props.apiKey.status === 'active' || props.apiKey.status === 'disabled';
  const isMine = () => props.apiKey.owner.id === member()?.user.id;
  const dialogButton = (label: string, open: () => void, look = 'button') => (
    <button type="button" class={look} aria-haspopup="dialog" onClick={open}>
      {label}
    </button>
  );
  return (
    <div class="details-actions">
      <Show when={isLive()}>{dialogButton(text.actions.rotate, () => props.onOpen('rotate'))}</Show>
      <button type="button" class="button" onClick={props.actions.startRenaming}>
        {text.actions.rename}
      </button>
      <Show when={isLive()}>
        <button
          type="button"
          class="button"
          aria-disabled={props.actions.isPending()}
          onClick={toggle}
        >
          {props.apiKey.status === 'active' ? text.actions.disable : text.actions.enable}
        </button>
      </Show>
      <Show when={isLive() && !isMine()}>
        {dialogButton(text.actions.takeOver, () => props.onTakeOver())}
      </Show>
      {dialogButton(text.actions.revoke, () => props.onOpen('revoke'), 'button button-danger')}
      <Show when={isDisabling()}>
        <Suspense>
          <DisableKeyDialog
            apiKey={props.apiKey}
            actions={props.actions}
            onClose={() => setDisabling(false)}
          />
        </Suspense>
      </Show>
    </div>
  );
}
