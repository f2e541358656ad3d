import { For } from 'solid-js';
import { lists as text } from '../messages/messages.ts';

/** Grey lines in place of loading content. */
export function Skeleton(props: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={text.loading}>
      <For each={Array.from({ length: props.rows })}>{() => <span class="skeleton-row" />}</For>
    </div>
  );
}

/** The height of most rows: of a grid, of one line, of two. */
export type RowHeight = 'grid' | 'short' | 'tall';

/** A table's head and rows before they come, as high as they will be. */
export function TableSkeleton(props: { rows: RowHeight }) {
  return (
    <div
      class="skeleton skeleton-table"
      data-rows={props.rows}
      role="status"
      aria-label={text.loading}
    >
      <For each={Array.from({ length: props.rows === 'grid' ? 14 : 8 })}>{() => <span />}</For>
    </div>
  );
}
