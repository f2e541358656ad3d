import { Show, useContext } from 'solid-js';
import { createAction } from '../api/action.ts';
import { ApiContext } from '../api/api-context.tsx';
import type { Problem } from '../api/problem.ts';
import { errors as text } from '../messages/messages.ts';
import { Icon } from './icon.tsx';

/** The reason for a failure, the remedy, and the id to quote when asking for help. */
export function ProblemNote(props: { problem: Problem | null; onRetry?: () => void }) {
  const retry = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const around = event.currentTarget.closest<HTMLElement>('[aria-modal], main');
    props.onRetry?.();
    // The note is removed, and the focus with it: the surrounding element takes it.
    setTimeout(() => document.activeElement === document.body && around?.focus());
  };
  return (
    <Show when={props.problem}>
      {(problem) => (
        <div class="problem" role="alert">
          <Icon name="warning" />
          <div>
            <p>{problem().sentence}</p>
            <Show when={problem().requestId}>
              {(id) => (
                <p class="problem-id">
                  {text.requestId} <code>{id()}</code>
                </p>
              )}
            </Show>
          </div>
          <Show
            when={problem().kind === 'session'}
            fallback={
              <Show when={props.onRetry && problem().mayPass}>
                <button type="button" class="button" onClick={retry}>
                  {text.retry}
                </button>
              </Show>
            }
          >
            <SignInAgain onDone={props.onRetry} />
          </Show>
        </div>
      )}
    </Show>
  );
}

/** Signs the same person in again without a page load: form input stays. */
function SignInAgain(props: { onDone: (() => void) | undefined }) {
  const api = useContext(ApiContext);
  const renew = createAction(async () => {
    await api?.identity.renew();
    props.onDone?.();
    void api?.queries.invalidateQueries();
  });
  return (
    <button
      type="button"
      class="button"
      aria-disabled={renew.isPending()}
      onClick={() => void renew.start()}
    >
      {text.signInAgain}
    </button>
  );
}
