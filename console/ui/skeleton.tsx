import { For } from 'solid-js';
import { lists as text } from '../messages/messages.ts';

/** Grey lines in the place of rows that are on their way. */
export function Skeleton(props: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={text.loading}>
      <For each={Array.from({ length: props.rows })}>{() => <span class="skeleton-row" />}</For>
    </div>
  );
}
