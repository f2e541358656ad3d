import { createSignal, createUniqueId, onCleanup, Show } from 'solid-js';
import { holdsPreview, withoutSecrets } from '../api/raw-secrets.ts';
import { search as text } from '../messages/messages.ts';
import { useStatusLine } from './status-line.tsx';

/** The pause in typing, in milliseconds, after which a search begins. */
const pause = 250;

/**
 * A search box for a list, whose text is kept in the URL. A raw secret becomes its preview while it
 * is pasted.
 */
export function SearchField(props: {
  /** The id for its visible label; without one, `label` is its accessible name. */
  id?: string;
  label?: string;
  placeholder: string;
  value: string;
  onSearch: (value: string) => void;
}) {
  const announce = useStatusLine();
  const hintId = createUniqueId();
  const [typed, setTyped] = createSignal<string | null>(null);
  const hasHint = () => holdsPreview(typed() ?? props.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  function take(input: HTMLInputElement): void {
    const safe = withoutSecrets(input.value);
    if (safe !== input.value) {
      input.value = safe;
      announce(text.onlyPreview);
    }
    setTyped(safe);
    clearTimeout(timer);
    timer = setTimeout(() => {
      setTyped(null);
      props.onSearch(safe.trim());
    }, pause);
  }

  return (
    <>
      <input
        id={props.id}
        class="input"
        type="search"
        aria-label={props.label}
        aria-describedby={hasHint() ? hintId : undefined}
        placeholder={props.placeholder}
        maxLength={100}
        dir="auto"
        spellcheck={false}
        autocomplete="off"
        value={props.value}
        onInput={(event) => take(event.currentTarget)}
      />
      <Show when={hasHint()}>
        <p class="hint" id={hintId}>
          {text.onlyPreview}
        </p>
      </Show>
    </>
  );
}
