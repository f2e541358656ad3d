import { createSignal, type JSX, Show } from 'solid-js';
import type { Problem } from '../api/problem.ts';
import { dialogs as text } from '../messages/messages.ts';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { ProblemNote } from './problem-note.tsx';

/** Asks before an irreversible action; it can require a typed word as confirmation. */
export function ConfirmDialog(props: {
  title: string;
  confirm: string;
  /** The text to type first. */
  typed?: string | undefined;
  /** False until the action's effects are known. */
  isKnown?: boolean;
  /** True for an action that can be undone and breaks nothing. */
  isHarmless?: boolean;
  /** The label of the way out, where “Cancel” could mean either. */
  dismiss?: string;
  isPending: boolean;
  problem: Problem | null;
  onConfirm: () => void;
  onClose: () => void;
  children: JSX.Element;
}) {
  const [typed, setTyped] = createSignal('');
  const isTyped = () => props.typed === undefined || seen(typed()) === seen(props.typed);
  const isReady = () => props.isKnown !== false && isTyped();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isReady() && !props.isPending) props.onConfirm();
  };
  return (
    <Dialog title={props.title} kind="alert" onClose={props.onClose}>
      <form class="dialog-body" onSubmit={submit} noValidate>
        {props.children}
        <Show when={props.typed}>
          {(word) => (
            <Field label={text.typeToConfirm(word())}>
              {(control) => (
                <input
                  {...control}
                  class="input"
                  dir="auto"
                  autocomplete="off"
                  spellcheck={false}
                  data-autofocus
                  value={typed()}
                  onInput={(event) => setTyped(event.currentTarget.value)}
                />
              )}
            </Field>
          )}
        </Show>
        <ProblemNote problem={props.problem} onRetry={props.onConfirm} />
        <div class="dialog-foot">
          <button
            type="button"
            class="button"
            data-autofocus={props.typed === undefined ? '' : undefined}
            onClick={() => props.onClose()}
          >
            {props.dismiss ?? text.cancel}
          </button>
          <button
            type="submit"
            class="button"
            classList={{
              'button-primary': props.isHarmless === true,
              'button-danger': !props.isHarmless,
            }}
            disabled={!isReady()}
            aria-disabled={props.isPending}
          >
            {props.isPending ? text.working : props.confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A text without its invisible characters, which users cannot type. */
function seen(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}
