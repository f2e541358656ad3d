import { For, type JSX } from 'solid-js';
import { apiAccess as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';

/** Instead of an empty table: what a first key needs. */
export function EmptyState(props: { action: JSX.Element }) {
  return (
    <div class="panel">
      <span class="panel-icon">
        <Icon name="key" />
      </span>
      <h2>{text.empty.title}</h2>
      <p>{text.empty.lead}</p>
      <ol class="steps">
        <For each={text.empty.steps}>{(step) => <li>{step}</li>}</For>
      </ol>
      {props.action}
    </div>
  );
}
