import { For, Show } from 'solid-js';
import type { BulkAction } from '../api/records.ts';
import { bulk as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { eligible } from './bulk-eligible.ts';
import type { OpenDialog } from './key-dialogs.tsx';
import type { KeySelection } from './key-selection.ts';

const actions: readonly BulkAction[] = ['take_over', 'hand_over', 'enable', 'disable', 'revoke'];

/** The actions on the selected keys that at least one of them allows. */
export function BulkBar(props: { selection: KeySelection; onOpen: (dialog: OpenDialog) => void }) {
  const member = useMember();
  const keysFor = (action: BulkAction) =>
    eligible(action, props.selection.selected(), member()?.user.id);
  const dialogFor = (action: BulkAction): OpenDialog => {
    const keys = keysFor(action);
    const onDone = props.selection.clear;
    const [key, other] = keys;
    return action === 'revoke' && key && !other
      ? { kind: 'revoke', key, onDone }
      : { kind: 'bulk', action, keys, onDone };
  };
  const possible = () => actions.filter((action) => keysFor(action).length > 0);
  return (
    <Show when={props.selection.selected().length > 0}>
      <fieldset class="bulk" data-focus-home>
        <legend class="visually-hidden">{text.title}</legend>
        <p role="status">{text.selected(props.selection.selected().length)}</p>
        <Show when={!props.selection.isAll()}>
          <button type="button" class="link" onClick={() => props.selection.selectAll(true)}>
            {text.selectAll}
          </button>
        </Show>
        <button type="button" class="link" onClick={() => props.selection.clear()}>
          {text.clear}
        </button>
        <span class="bulk-actions">
          <For each={possible()}>
            {(action) => (
              <button
                type="button"
                class="button"
                classList={{ 'button-danger': action === 'revoke' }}
                aria-haspopup="dialog"
                onClick={() => props.onOpen(dialogFor(action))}
              >
                {text.actions[action]}
              </button>
            )}
          </For>
        </span>
      </fieldset>
    </Show>
  );
}
