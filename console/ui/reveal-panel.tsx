import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { reveal as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';
import { saveFile } from './save-file.ts';

/** A secret that the server has just made. */
export interface Revealed {
  readonly secret: string;
  /** What stands for it until it is asked for. */
  readonly masked: string;
}

/** The secret, shown this once: masked until asked for, with every safe way to take it along. */
export function RevealPanel(props: {
  revealed: Revealed;
  lead: string;
  file: { readonly name: string; readonly variable: string };
  use: JSX.Element;
  isSaved: boolean;
  isAsking: boolean;
  onSaved: (isSaved: boolean) => void;
  onBack: () => void;
  onClose: () => void;
}) {
  const [isShown, setShown] = createSignal(false);
  const [line, setLine] = createSignal('');
  let copyButton: HTMLButtonElement | undefined;
  onMount(() => copyButton?.focus());

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.revealed.secret);
      setLine(text.copied);
      props.onSaved(true);
    } catch {
      setShown(true);
      setLine(text.copyFailed);
    }
  };
  const goBack = () => {
    props.onBack();
    copyButton?.focus();
  };
  const download = () => {
    const { name, variable } = props.file;
    saveFile(name, 'text/plain', `${variable}=${props.revealed.secret}\n`);
    setLine(text.downloaded(name));
    props.onSaved(true);
  };
  return (
    <div class="dialog-body">
      <p class="notice">
        <span>
          <Icon name="warning" /> {props.lead}
        </span>
      </p>
      <div class="secret">
        {/* Masked, the page holds only what stands for it. */}
        <span class="visually-hidden">{text.secret}</span>
        <code class="secret-text" data-shown={isShown()}>
          {isShown() ? props.revealed.secret : props.revealed.masked}
        </code>
        <button
          type="button"
          class="button"
          aria-pressed={isShown()}
          onClick={() => setShown(!isShown())}
        >
          <Icon name="eye" /> {isShown() ? text.hide : text.show}
        </button>
      </div>
      <div class="secret-actions">
        <button
          type="button"
          class="button button-primary"
          ref={copyButton}
          onClick={() => void copy()}
        >
          <Icon name="copy" /> {text.copy}
        </button>
        <button type="button" class="button" onClick={download}>
          <Icon name="download" /> {text.download}
        </button>
        <p class="secret-line" role="status">
          <Show when={line()}>
            <Icon name="check" /> {line()}
          </Show>
        </p>
      </div>
      {props.use}
      <Show
        when={props.isAsking}
        fallback={
          <div class="dialog-foot dialog-foot-split">
            <label class="check">
              <input
                type="checkbox"
                checked={props.isSaved}
                onChange={(event) => props.onSaved(event.currentTarget.checked)}
              />
              {text.saved}
            </label>
            <button
              type="button"
              class="button button-primary"
              disabled={!props.isSaved}
              onClick={() => props.onClose()}
            >
              {text.done}
            </button>
          </div>
        }
      >
        <NotSaved onBack={goBack} onClose={props.onClose} />
      </Show>
    </div>
  );
}

/** Asked when Escape, a click outside or the close button would lose the secret. */
function NotSaved(props: { onBack: () => void; onClose: () => void }) {
  let back: HTMLButtonElement | undefined;
  onMount(() => back?.focus());
  return (
    <div class="ask" role="alert">
      <div>
        <strong>{text.notSavedTitle}</strong>
        <p>{text.notSaved}</p>
      </div>
      <div class="ask-buttons">
        <button type="button" class="button" ref={back} onClick={() => props.onBack()}>
          {text.back}
        </button>
        <button type="button" class="button button-danger" onClick={() => props.onClose()}>
          {text.closeAnyway}
        </button>
      </div>
    </div>
  );
}
