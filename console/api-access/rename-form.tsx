import { createSignal, onCleanup } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';

/** Renames a key in the place of its label: Enter saves, Escape cancels. */
export function RenameForm(props: {
  label: string;
  onSave: (label: string) => void;
  onCancel: () => void;
}) {
  const [label, setLabel] = createSignal(props.label);
  const opener = document.activeElement;
  // The focused input is removed: focus returns to the opener.
  const giveBack = () => {
    if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
  };
  onCleanup(() => setTimeout(giveBack));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = label().trim();
    if (wanted === '' || wanted === props.label) props.onCancel();
    else props.onSave(wanted);
  };
  return (
    <form class="rename" onSubmit={submit}>
      <input
        ref={(input) => queueMicrotask(() => input.select())}
        class="input"
        aria-label={text.actions.newLabel(props.label)}
        dir="auto"
        autocomplete="off"
        maxLength={100}
        required
        value={label()}
        onInput={(event) => setLabel(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && props.onCancel()}
      />
      <button type="submit" class="button">
        {text.actions.save}
      </button>
      <button type="button" class="button button-quiet" onClick={() => props.onCancel()}>
        {text.actions.cancel}
      </button>
    </form>
  );
}
