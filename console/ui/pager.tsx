import { Show } from 'solid-js';
import { lists as text } from '../messages/messages.ts';

/**
 * Pages through a list by cursors. The URL keeps the cursors of all pages so far: the reader can go
 * back, and a link shows the same page.
 */
export function Pager(props: {
  cursors: readonly string[];
  next: string | null;
  onGo: (cursors: string[]) => void;
}) {
  return (
    <Show when={props.cursors.length > 0 || props.next}>
      <nav class="pager" aria-label={text.pages}>
        <button
          type="button"
          class="button"
          disabled={props.cursors.length === 0}
          onClick={() => props.onGo(props.cursors.slice(0, -1))}
        >
          {text.previous}
        </button>
        <span class="muted">{text.page(props.cursors.length + 1)}</span>
        <button
          type="button"
          class="button"
          disabled={!props.next}
          onClick={() => props.next && props.onGo([...props.cursors, props.next])}
        >
          {text.next}
        </button>
      </nav>
    </Show>
  );
}
