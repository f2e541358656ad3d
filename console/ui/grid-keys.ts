import { onCleanup } from 'solid-js';

/** The widgets of a cell that can have its focus; a cell without any has it itself. */
const widgets = 'button, input, a, [tabindex]';

/**
 * Makes a table an ARIA grid with one tab stop: arrows, Home, End, Page Up and Page Down move the
 * focus between its cells, Enter in a cell without a widget activates its row, Shift+F10 opens its
 * menu. Rows are marked `data-grid-row`; others, unfolded details for example, keep their own tab stops.
 *
 * @returns the table's `ref`.
 */
export function createGridKeys(): (table: HTMLTableElement) => void {
  return (table) => {
    let stop: HTMLElement | undefined;

    const rows = () =>
      [...table.querySelectorAll<HTMLTableRowElement>('tr[data-grid-row]')].filter(isShown);
    const cells = (row: HTMLTableRowElement) => [...row.cells].filter(isShown);

    /** Makes exactly one element of the grid reachable by Tab, also after rows came or went. */
    function keepOneStop(): void {
      const present = rows();
      const targets = present.flatMap((row) => cells(row).map(target));
      if (stop === undefined || !targets.includes(stop)) {
        const first = present.find((row) => row.parentElement?.tagName === 'TBODY') ?? present[0];
        const main = first?.querySelector<HTMLTableCellElement>('th[scope="row"]');
        stop = main ? target(main) : targets[0];
      }
      for (const each of targets) {
        const wanted = each === stop ? 0 : -1;
        if (each.tabIndex !== wanted || !each.hasAttribute('tabindex')) each.tabIndex = wanted;
      }
    }

    function follow(event: FocusEvent): void {
      const cell = cellOf(event.target);
      if (cell === null) return;
      const next = target(cell);
      if (next === stop) return;
      stop = next;
      keepOneStop();
    }

    function move(event: KeyboardEvent): void {
      const cell = cellOf(event.target);
      if (cell === null || isTyping(event.target) || event.altKey || event.metaKey) return;
      const row = cell.parentElement;
      if (!(row instanceof HTMLTableRowElement)) return;
      if (event.key === 'Enter' && event.target === target(cell) && !isWidget(event.target)) {
        row.querySelector<HTMLElement>('[data-activate]')?.click();
        return;
      }
      if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
        const menu = row.querySelector<HTMLElement>('[aria-haspopup="menu"]');
        if (menu === null) return;
        event.preventDefault();
        menu.click();
        return;
      }
      const present = rows();
      const to = destination(
        event,
        [present.indexOf(row), cells(row).indexOf(cell)],
        [present.length, cells(row).length],
      );
      if (to === null) return;
      event.preventDefault();
      const wanted = present[to[0]];
      const found = wanted && cells(wanted)[to[1]];
      if (!found) return;
      target(found).focus();
      found.scrollIntoView({ block: 'nearest' });
    }

    const observer = new MutationObserver(keepOneStop);
    observer.observe(table, { childList: true, subtree: true });
    table.addEventListener('keydown', move);
    table.addEventListener('focusin', follow);
    onCleanup(() => observer.disconnect());
    queueMicrotask(keepOneStop);
  };
}

const page = 10;

type Place = readonly [row: number, column: number];

function destination(
  { key, ctrlKey }: KeyboardEvent,
  [row, column]: Place,
  [rows, columns]: Place,
): Place | null {
  const inRows = (wanted: number) => Math.max(0, Math.min(rows - 1, wanted));
  const inColumns = (wanted: number) => Math.max(0, Math.min(columns - 1, wanted));
  switch (key) {
    case 'ArrowDown':
      return [inRows(row + 1), column];
    case 'ArrowUp':
      return [inRows(row - 1), column];
    case 'ArrowRight':
      return [row, inColumns(column + 1)];
    case 'ArrowLeft':
      return [row, inColumns(column - 1)];
    case 'PageDown':
      return [inRows(row + page), column];
    case 'PageUp':
      return [inRows(row - page), column];
    case 'Home':
      return [ctrlKey ? 0 : row, 0];
    case 'End':
      return [ctrlKey ? rows - 1 : row, columns - 1];
    default:
      return null;
  }
}

/** The cell of a marked row around an element; null inside a menu, which has keys of its own. */
function cellOf(element: EventTarget | null): HTMLTableCellElement | null {
  if (!(element instanceof Element) || element.closest('[role="menu"]')) return null;
  return element.closest<HTMLTableCellElement>('tr[data-grid-row] > :is(th, td)');
}

function target(cell: HTMLTableCellElement): HTMLElement {
  return cell.querySelector<HTMLElement>(widgets) ?? cell;
}

function isShown(element: Element): boolean {
  return element.getClientRects().length > 0;
}

function isWidget(element: EventTarget | null): boolean {
  return element instanceof Element && element.matches('button, input, a');
}

/** Whether the arrow keys belong to a text that is being typed. */
function isTyping(element: EventTarget | null): boolean {
  return element instanceof HTMLInputElement && element.type !== 'checkbox';
}
