import { onCleanup } from 'solid-js';

/** Where an entry of the browser's history was left. */
interface Place {
  /** How far down the page was scrolled, in pixels. */
  readonly top: number;
  /** The link that was followed. */
  readonly link: string | null;
}

/** What the browser keeps beside the address of each entry, also over a reload. */
export interface Entry {
  /** The number of entries of this console before it. */
  readonly depth: number;
  /** The address that led here. */
  readonly from: string | null;
  /** The number of steps back to `from`, where parts of the page are between: `#history`, for example. */
  readonly steps?: number;
  readonly place: Place | null;
}

/**
 * Brings each entry of the history back as it was left: scrolled to the pixel, with the focus on the link
 * that was followed. The browser's own way would scroll before the rows are there.
 */
export function createPlaces(browser: {
  /** The present entry; null for one that the console did not make. */
  readonly entry: () => Entry | null;
  readonly setEntry: (entry: Entry) => void;
}) {
  // The `top` of entries that Back or Forward left, by depth: their state can no longer be written then.
  const left = new Map<number, number>();
  let present: Entry = browser.entry() ?? { depth: 0, from: null, place: null };
  let isNew = present.place === null;
  let end = () => {};
  // Without a state it would look like one that the browser has just made.
  browser.setEntry(present);

  const keep = (link: string | null) =>
    browser.setEntry({ ...present, place: { top: window.scrollY, link } });
  const keepUnfollowed = () => keep(null);
  window.addEventListener('pagehide', keepUnfollowed);
  onCleanup(() => {
    window.removeEventListener('pagehide', keepUnfollowed);
    end();
  });
  if (present.place) end = settle({ top: present.place.top, link: null }, 'no focus');

  return {
    /** Before another address is added: its state. */
    leave(from: string, to: string): Entry {
      keep(to);
      left.delete(present.depth + 1);
      present = { depth: present.depth + 1, from, place: null };
      isNew = true;
      return present;
    },
    /** The state of an entry whose address changes. */
    stay: (): Entry => present,
    /** After an address was added and its page rendered: at its top, or at its link to `below`. */
    arrive(below: string | null): void {
      end();
      window.scrollTo(0, 0);
      end = settle({ top: null, link: below }, 'into view');
    },
    /** Before the page of the entry that Back or Forward led to is rendered. @returns for after it. */
    step(): () => void {
      left.set(present.depth, window.scrollY);
      const entry = browser.entry();
      if (entry === null) {
        // The browser added it, for a part of the page to which it is about to scroll.
        const { depth, from, steps = 1 } = present;
        present = { depth: depth + 1, from, steps: steps + 1, place: null };
        left.delete(present.depth);
        browser.setEntry(present);
        return end;
      }
      present = entry;
      isNew = false;
      const top = left.get(entry.depth) ?? entry.place?.top ?? 0;
      left.delete(entry.depth);
      const link = entry.place?.link ?? null;
      return () => {
        end();
        end = settle({ top, link }, 'in place');
      };
    },
    /** The number of steps back to an address, if the reader came from it; else null. */
    stepsTo: (address: string): number | null =>
      present.from === address ? (present.steps ?? 1) : null,
    /** Whether the present entry was never left: its part is to be shown, not its place. */
    isNew: (): boolean => isNew,
  };
}

/**
 * Scrolls, and gives a lost focus to a link or else to the heading, as soon as they are there; the reader's
 * first action ends it.
 *
 * @returns ends it.
 */
function settle(
  { top, link }: { readonly top: number | null; readonly link: string | null },
  focus: 'no focus' | 'in place' | 'into view',
): () => void {
  let wanted = top;
  let reached = window.scrollY;

  function scroll(): void {
    if (wanted === null) return;
    const { scrollHeight, clientHeight } = document.documentElement;
    const isMoved = Math.abs(window.scrollY - reached) >= 1;
    // A page that grew shorter moves by itself, to its end.
    if (isMoved && window.scrollY < scrollHeight - clientHeight - 1) wanted = null;
    if (wanted === null) return;
    window.scrollTo(0, wanted);
    reached = window.scrollY;
    if (Math.abs(reached - wanted) < 1) wanted = null;
  }

  function refocus(): void {
    const { activeElement, body } = document;
    const isLost = activeElement === body;
    if (focus === 'no focus' || !(isLost || activeElement?.matches('main h1'))) return;
    const href = CSS.escape(link ?? '');
    const followed = document.querySelector<HTMLElement>(`main a[href="${href}"]`);
    if (followed) followed.focus({ preventScroll: focus === 'in place' });
    else if (isLost) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }

  const attempt = () => {
    scroll();
    refocus();
  };
  const observer = new MutationObserver(attempt);
  const over = new AbortController();
  const end = () => {
    observer.disconnect();
    over.abort();
  };
  observer.observe(document.body, { childList: true, subtree: true });
  for (const action of ['keydown', 'pointerdown', 'wheel', 'touchstart'])
    window.addEventListener(action, end, { capture: true, passive: true, signal: over.signal });
  attempt();
  return end;
}
