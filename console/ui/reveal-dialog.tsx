import { type Component, createSignal, type JSX, onMount, Show } from 'solid-js';
import { reveal as text } from '../messages/messages.ts';
import { createReveal, type Reveal, type Revealed } from './create-reveal.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { LeaveQuestion } from './leave-question.tsx';
import { type Outcome, OutcomeLine } from './outcome-line.tsx';
import { saveFile } from './save-file.ts';

/** The use of a kind of secret: the name of its file, the variable that it sets, examples. */
export interface SecretKind {
  readonly fileName: string;
  readonly variable: string;
  readonly Use: Component;
}

/** Shows a form and then, once, the secret that it created. */
export function RevealDialog(props: {
  kind: SecretKind;
  title: string;
  lead: JSX.Element;
  revealTitle: (of: string) => string;
  revealLead: string;
  onClose: () => void;
  /** The form: it passes its request to `show` when it is sent, or leaves. */
  form: (reveal: Pick<Reveal, 'show' | 'leave'>) => JSX.Element;
}) {
  const reveal = createReveal(() => props.onClose());
  const title = () => {
    const revealed = reveal.revealed();
    return revealed === null ? props.title : props.revealTitle(revealed.of);
  };
  return (
    <Dialog
      title={title()}
      description={reveal.revealed() === null ? props.lead : undefined}
      onClose={reveal.leave}
      asksItself={reveal.isMaking() || reveal.revealed() !== null}
    >
      <Show when={reveal.revealed()} fallback={props.form(reveal)} keyed>
        {(revealed) => (
          <RevealPanel
            revealed={revealed}
            reveal={reveal}
            lead={props.revealLead}
            kind={props.kind}
          />
        )}
      </Show>
    </Dialog>
  );
}

/** The secret, shown this once: masked at first, with every safe way to save it. */
function RevealPanel(props: {
  revealed: Revealed;
  reveal: Reveal;
  lead: string;
  kind: SecretKind;
}) {
  const [isShown, setShown] = createSignal(false);
  const [outcome, setOutcome] = createSignal<Outcome | null>(null);
  let copyButton: HTMLButtonElement | undefined;
  onMount(() => copyButton?.focus());

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.revealed.secret);
      setOutcome({ text: text.copied });
      props.reveal.setSaved(true);
    } catch {
      setShown(true);
      setOutcome({ text: text.copyFailed, isFailure: true });
    }
  };
  const goBack = () => {
    props.reveal.stay();
    copyButton?.focus();
  };
  const download = () => {
    const { fileName, variable } = props.kind;
    saveFile(fileName, 'text/plain', `${variable}=${props.revealed.secret}\n`);
    setOutcome({ text: text.downloaded(fileName) });
    props.reveal.setSaved(true);
  };
  return (
    <div class="dialog-body">
      <p class="notice">
        <span>
          <Icon name="warning" /> {props.lead}
        </span>
      </p>
      <div class="secret">
        {/* While masked, the page holds the mask only. */}
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
        <OutcomeLine class="secret-line" outcome={outcome()} />
      </div>
      <props.kind.Use />
      <Show
        when={props.reveal.isAsking()}
        fallback={
          <div class="dialog-foot dialog-foot-split">
            <label class="check">
              <input
                type="checkbox"
                checked={props.reveal.isSaved()}
                onChange={(event) => props.reveal.setSaved(event.currentTarget.checked)}
              />
              {text.saved}
            </label>
            <button
              type="button"
              class="button button-primary"
              disabled={!props.reveal.isSaved()}
              onClick={props.reveal.close}
            >
              {text.done}
            </button>
          </div>
        }
      >
        <LeaveQuestion
          title={text.notSavedTitle}
          lead={text.notSaved}
          back={text.back}
          leave={text.closeAnyway}
          onBack={goBack}
          onLeave={props.reveal.close}
        />
      </Show>
    </div>
  );
}
