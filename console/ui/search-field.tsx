import { createEffect, createSignal, createUniqueId, on, onCleanup, Show } from 'solid-js';
import { holdsPreview, onlyPreview, withoutSecrets } from '../api/raw-secrets.ts';
import { search as text } from '../messages/messages.ts';
import { useStatusLine } from './status-line.tsx';

/** The pause in typing, in milliseconds, after which a search begins. */
const pause = 120;

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
  // The typed text, not its trimmed copy: that would lose the space between two words.
  const shown = () => typed() ?? props.value;
  const hasHint = () => holdsPreview(shown());
  let sent: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const followOutside = (value: string) => {
    if (value === sent) return;
    clearTimeout(timer);
    setTyped(null);
  };
  createEffect(on(() => props.value, followOutside, { defer: true }));

  function take(input: HTMLInputElement): void {
    const clean = withoutSecrets(input.value);
    const safe = clean === input.value ? clean : onlyPreview(clean);
    if (safe !== input.value) {
      input.value = safe;
      announce(text.onlyPreview);
    }
    setTyped(safe);
    clearTimeout(timer);
    timer = setTimeout(() => {
      sent = safe.trim();
      props.onSearch(sent);
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
        value={shown()}
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
