import { For } from 'solid-js';
import { createAction } from '../api/action.ts';
import { session as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { type Persona, personas } from './demo-identity.ts';

/** Demo mode's sign-in: one click per persona, each explained in a line. */
export function PersonaPicker(props: { onChoose: (persona: Persona) => Promise<void> }) {
  const choose = createAction((persona: Persona) => props.onChoose(persona));
  return (
    <>
      <h1>{text.chooseTitle}</h1>
      <p class="muted">{text.chooseHint}</p>
      <ul class="personas">
        <For each={personas}>
          {(persona) => (
            <li>
              <button
                type="button"
                class="persona"
                aria-disabled={choose.isPending()}
                onClick={() => void choose.start(persona)}
              >
                <span class="persona-name">{text.personas[persona].name}</span>
                <span class="persona-hint">{text.personas[persona].hint}</span>
                <Icon name="chevron" />
              </button>
            </li>
          )}
        </For>
      </ul>
      <ProblemNote problem={choose.problem()} onRetry={() => void choose.retry()} />
    </>
  );
}
