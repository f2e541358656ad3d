import { createSignal, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { refreshAnthropicKey } from '../api/anthropic-key.ts';
import { useApi } from '../api/api-context.tsx';
import { defined } from '../api/defined.ts';
import type { Problem } from '../api/problem.ts';
import { anthropicKey as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { createFormErrors } from '../ui/form-errors.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useStatusLine } from '../ui/status-line.tsx';

/**
 * The field for a key. The raw key is in its signal until it is saved or the page is left, and in
 * one request's body: not in a cache, in storage or in the URL.
 */
export function KeyForm(props: { label: string; save: string }) {
  const api = useApi();
  const announce = useStatusLine();
  const [typed, setTyped] = createSignal('');
  // Stands for what was typed: no copy of a key is kept to compare it with.
  const [edits, setEdits] = createSignal(0);
  let form: HTMLFormElement | undefined;
  const save = createAction(async () => {
    await api.trpc.anthropicKey.set.mutate({ apiKey: typed().trim() });
    setTyped('');
    announce(text.saved);
    await refreshAnthropicKey(api);
  });
  const { errorOf, check, problem } = createFormErrors({
    invalid: () => defined({ apiKey: typed().trim() === '' ? text.needed : undefined }),
    input: () => ({ apiKey: edits() }),
    problem: () => judged(save.problem()),
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const isSaved = check() && (await save.start());
    if (!isSaved) form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  };
  return (
    <form class="secret-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={props.label} hint={text.hint} error={errorOf('apiKey')}>
        {(control) => (
          <input
            {...control}
            class="input mono"
            type="password"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            // Password managers offer to save what is sent.
            data-1p-ignore
            data-lpignore="true"
            data-bwignore
            maxLength={1000}
            value={typed()}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setEdits(edits() + 1);
            }}
          />
        )}
      </Field>
      <Show when={errorOf('apiKey') === undefined}>
        <ProblemNote problem={problem()} onRetry={() => form?.requestSubmit()} />
      </Show>
      <button type="submit" class="button button-primary" aria-disabled={save.isPending()}>
        {save.isPending() ? text.saving : props.save}
      </button>
    </form>
  );
}

/** Marks the field with the server's reason not to take the key, where the key was judged. */
function judged(problem: Problem | null): Problem | null {
  const isJudged = problem && problem.kind !== 'session' && problem.kind !== 'unreachable';
  return isJudged
    ? { ...problem, fields: { apiKey: problem.sentence, ...problem.fields } }
    : problem;
}
