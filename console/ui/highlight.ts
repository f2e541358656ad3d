import { createSignal } from 'solid-js';

/** The time that a new record stays highlighted, in milliseconds. */
const shownFor = 6_000;

const [highlighted, setHighlighted] = createSignal<string | number | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Highlights a record's row, also one that is not shown yet. */
export function highlight(id: string | number): void {
  clearTimeout(timer);
  setHighlighted(id);
  timer = setTimeout(() => setHighlighted(null), shownFor);
}

/** The `data-highlighted` attribute of a record's row. */
export function highlightOf(id: string | number): '' | undefined {
  return highlighted() === id ? '' : undefined;
}
