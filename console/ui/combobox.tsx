import { createEffect, createSignal, createUniqueId, For, on, onCleanup, Show } from 'solid-js';
import { holdsPreview, withoutSecrets } from '../api/raw-secrets.ts';
import { search, combobox as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';
import './styles/combobox.css';

/** One choice of a combobox: its value, its name, and words that tell it from its namesakes. */
export interface Choice {
  readonly value: string;
  readonly name: string;
  readonly hint?: string;
}

/** The pause in typing, in milliseconds, after which choices are looked up. */
const pause = 200;

/**
 * An editable combobox with a list (APG): records are chosen by name. A raw secret becomes its
 * preview while it is pasted, and finds its key.
 */
export function Combobox(props: {
  id: string;
  label: string;
  placeholder: string;
  /** The name of the present choice; empty for none. */
  chosen: string;
  /** The matches of the typed text; undefined while they are looked up. */
  choices: readonly Choice[] | undefined;
  onType: (typed: string) => void;
  /** Empty when the choice was cleared. */
  onChoose: (value: string) => void;
}) {
  const listId = createUniqueId();
  const [typed, setTyped] = createSignal<string | null>(null);
  const [isOpen, setOpen] = createSignal(false);
  const [active, setActive] = createSignal(0);
  let input: HTMLInputElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const choices = () => props.choices ?? [];
  const hasHint = () => holdsPreview(typed() ?? '');
  const optionId = (index: number) => `${listId}-${index}`;
  createEffect(on(choices, () => setActive(0)));

  const lookUp = (wanted: string, delay: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => props.onType(wanted), delay);
  };
  const open = () => {
    if (isOpen()) return;
    setOpen(true);
    lookUp(typed()?.trim() ?? '', 0);
  };
  const close = () => {
    setOpen(false);
    setTyped(null);
  };
  const choose = (value: string) => {
    close();
    props.onChoose(value);
  };
  const take = (field: HTMLInputElement) => {
    const safe = withoutSecrets(field.value);
    if (safe !== field.value) field.value = safe;
    setTyped(safe);
    setOpen(true);
    lookUp(safe.trim(), pause);
  };
  const move = (by: number) => {
    open();
    const count = choices().length;
    if (count > 0) setActive((active() + by + count) % count);
    document.getElementById(optionId(active()))?.scrollIntoView({ block: 'nearest' });
  };
  const press = (event: KeyboardEvent) => {
    const choice = choices()[active()];
    if (event.key === 'ArrowDown') move(isOpen() ? 1 : 0);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Escape' && isOpen()) close();
    else if (event.key === 'Enter' && isOpen() && typed() === '') choose('');
    else if (event.key === 'Enter' && isOpen() && choice) choose(choice.value);
    else return;
    event.preventDefault();
  };
  const leave = () => {
    if (typed() === '' && props.chosen !== '') choose('');
    else close();
  };
  return (
    <div class="combobox">
      <input
        ref={input}
        id={props.id}
        class="input"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isOpen()}
        aria-controls={isOpen() ? listId : undefined}
        aria-activedescendant={isOpen() && choices().length > 0 ? optionId(active()) : undefined}
        aria-describedby={hasHint() ? `${listId}-hint` : undefined}
        placeholder={props.placeholder}
        maxLength={100}
        dir="auto"
        spellcheck={false}
        autocomplete="off"
        value={typed() ?? props.chosen}
        onFocus={(event) => event.currentTarget.select()}
        onClick={open}
        onInput={(event) => take(event.currentTarget)}
        onKeyDown={press}
        onBlur={leave}
      />
      <Show when={props.chosen !== ''} fallback={<Icon name="chevron" />}>
        <button
          type="button"
          class="button-icon combobox-clear"
          aria-label={text.clear(props.label)}
          onClick={() => {
            choose('');
            input?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      </Show>
      <Show when={hasHint()}>
        <p class="hint" id={`${listId}-hint`}>
          {search.onlyPreview}
        </p>
      </Show>
      <Show when={isOpen()}>
        <div class="combobox-list">
          <div id={listId} role="listbox" aria-label={props.label} tabIndex={-1}>
            <For each={choices()}>
              {(choice, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the focus is in the input, which has the keys
                <div
                  id={optionId(index())}
                  class="combobox-option"
                  role="option"
                  tabIndex={-1}
                  aria-selected={index() === active()}
                  // Before the input loses the focus, which would close the list.
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => choose(choice.value)}
                  onPointerMove={() => setActive(index())}
                >
                  <bdi>{choice.name}</bdi>
                  <Show when={choice.hint}>
                    <span class="muted small">{choice.hint}</span>
                  </Show>
                </div>
              )}
            </For>
          </div>
          <Show when={props.choices?.length === 0}>
            <p class="muted small">{text.none}</p>
          </Show>
        </div>
      </Show>
      <span class="visually-hidden" role="status">
        <Show when={isOpen() && props.choices}>{(known) => text.found(known().length)}</Show>
      </span>
    </div>
  );
}
