import { createSignal, Show } from 'solid-js';
import { createAction } from '../api/action.ts';
import { refreshAnthropicKey } from '../api/anthropic-key.ts';
import { useApi } from '../api/api-context.tsx';
import type { Problem } from '../api/problem.ts';
import { anthropicKey as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
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
  const [isMissing, setMissing] = createSignal(false);
  let form: HTMLFormElement | undefined;
  const save = createAction(async () => {
    await api.trpc.anthropicKey.set.mutate({ apiKey: typed().trim() });
    setTyped('');
    announce(text.saved);
    await refreshAnthropicKey(api);
  });
  const error = () => (isMissing() ? text.needed : refusalOf(save.problem()));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(typed().trim() === '');
    const isSaved = !isMissing() && (await save.start());
    if (!isSaved) form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  };
  return (
    <form class="secret-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={props.label} hint={text.hint} error={error()}>
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
              setMissing(false);
              setTyped(event.currentTarget.value);
            }}
          />
        )}
      </Field>
      <Show when={refusalOf(save.problem()) === undefined}>
        <ProblemNote problem={save.problem()} onRetry={() => form?.requestSubmit()} />
      </Show>
      <button type="submit" class="button button-primary" aria-disabled={save.isPending()}>
        {save.isPending() ? text.saving : props.save}
      </button>
    </form>
  );
}

/** The server's reason not to take the key; undefined where the key was not judged. */
function refusalOf(problem: Problem | null): string | undefined {
  if (problem === null || problem.kind === 'session' || problem.kind === 'unreachable') {
    return undefined;
  }
  return problem.fields.apiKey ?? problem.sentence;
}
