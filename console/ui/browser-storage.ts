type Kind = 'localStorage' | 'sessionStorage';

/** A text that the browser keeps for the console; null where there is none, or the reader allows none. */
export function readStored(kind: Kind, name: string): string | null {
  try {
    return window[kind].getItem(name);
  } catch {
    return null;
  }
}

/**
 * Keeps a text in the browser; null removes it. Where the reader allows no storage, or it is full, the
 * text is forgotten with the page.
 */
export function store(kind: Kind, name: string, text: string | null): void {
  try {
    if (text === null) window[kind].removeItem(name);
    else window[kind].setItem(name, text);
  } catch {}
}
