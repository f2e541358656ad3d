import { Show } from 'solid-js';
import { lists as text } from '../messages/messages.ts';

/**
 * Walks a list that goes on by cursors. The way here is the list of cursors, kept in the URL, so
 * that one can go back and a link shows the same page.
 */
export function Pager(props: {
  way: readonly string[];
  next: string | null;
  onGo: (way: string[]) => void;
}) {
  return (
    <Show when={props.way.length > 0 || props.next}>
      <nav class="pager" aria-label={text.pages}>
        <button
          type="button"
          class="button"
          disabled={props.way.length === 0}
          onClick={() => props.onGo(props.way.slice(0, -1))}
        >
          {text.previous}
        </button>
        <span class="muted">{text.page(props.way.length + 1)}</span>
        <button
          type="button"
          class="button"
          disabled={!props.next}
          onClick={() => props.next && props.onGo([...props.way, props.next])}
        >
          {text.next}
        </button>
      </nav>
    </Show>
  );
}

/** Cursors have no dots in them. */
export function wayOf(parameter: string | null): string[] {
  return parameter ? parameter.split('.') : [];
}

export function wayText(way: readonly string[]): string | undefined {
  return way.length > 0 ? way.join('.') : undefined;
}
