import { Show } from 'solid-js';
import { Icon } from './icon.tsx';

/** The outcome of an action in one sentence. */
export interface Outcome {
  readonly text: string;
  readonly isFailure?: boolean;
}

/**
 * Shows an outcome where it stands in the page, and tells screen readers: a success politely, a
 * failure at once and in red. The region of successes is in the page while empty: a new one is not
 * announced.
 */
export function OutcomeLine(props: { outcome: Outcome | null; class: string }) {
  return (
    <div class={props.class}>
      <div role="status">
        <Show when={!props.outcome?.isFailure && props.outcome?.text}>
          {(text) => (
            <p>
              <Icon name="check" /> {text()}
            </p>
          )}
        </Show>
      </div>
      <Show when={props.outcome?.isFailure && props.outcome.text}>
        {(text) => (
          <p class="outcome-failed" role="alert">
            <Icon name="warning" /> {text()}
          </p>
        )}
      </Show>
    </div>
  );
}
