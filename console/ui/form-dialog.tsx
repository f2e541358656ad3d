import { createSignal, type JSX } from 'solid-js';
import type { Problem } from '../api/problem.ts';
import { dialogs as text } from '../messages/messages.ts';
import { Dialog } from './dialog.tsx';
import { ProblemNote } from './problem-note.tsx';

/** A dialog around a short form: it closes once the server has accepted the input. */
export function FormDialog(props: {
  title: string;
  save: string;
  problem: Problem | null;
  isPending: boolean;
  /** Whether the form can be sent; called at each attempt, so it may mark missing fields. */
  check: () => boolean;
  onSave: () => Promise<boolean>;
  onClose: () => void;
  children: JSX.Element;
}) {
  const [form, setForm] = createSignal<HTMLFormElement>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (props.check() && (await props.onSave())) props.onClose();
    else form()?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form class="dialog-body" ref={setForm} onSubmit={(event) => void submit(event)} noValidate>
        {props.children}
        <ProblemNote problem={props.problem} onRetry={() => form()?.requestSubmit()} />
        <div class="dialog-foot">
          <button type="button" class="button" onClick={() => props.onClose()}>
            {text.cancel}
          </button>
          <button type="submit" class="button button-primary" aria-disabled={props.isPending}>
            {props.isPending ? text.working : props.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
