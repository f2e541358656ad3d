import { For } from 'solid-js';
import { lists as text } from '../messages/messages.ts';

/** Grey lines in place of loading rows. */
export function Skeleton(props: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={text.loading}>
      <For each={Array.from({ length: props.rows })}>{() => <span class="skeleton-row" />}</For>
    </div>
  );
}
