import { createEffect, createMemo, createSignal, on } from 'solid-js';
import type { ListedKey } from '../api/records.ts';

export type KeySelection = ReturnType<typeof createKeySelection>;

/**
 * The selected keys of the shown page.
 *
 * @param keys - the page, in its order.
 * @param shown - identifies the page: another one starts without a selection.
 */
export function createKeySelection(keys: () => readonly ListedKey[], shown: () => string) {
  const [ids, setIds] = createSignal<ReadonlySet<string>>(new Set());
  let last: string | null = null;
  const clear = () => {
    last = null;
    setIds(new Set<string>());
  };
  createEffect(on(shown, clear, { defer: true }));
  const selected = createMemo(() => keys().filter(({ id }) => ids().has(id)));
  const isAll = () => keys().length > 0 && selected().length === keys().length;

  /** Selects or deselects a key; as a range, all from the one before. */
  function select(id: string, isSelected: boolean, isRange: boolean): void {
    const order = keys().map((key) => key.id);
    const from = last !== null && isRange ? order.indexOf(last) : -1;
    const to = order.indexOf(id);
    const range = from === -1 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
    last = id;
    setIds((before) => {
      const after = new Set(before);
      for (const each of range) {
        if (isSelected) after.add(each);
        else after.delete(each);
      }
      return after;
    });
  }

  return {
    has: (id: string) => ids().has(id),
    selected,
    select,
    isAll,
    isSome: () => selected().length > 0 && !isAll(),
    selectAll: (isSelected: boolean) =>
      setIds(new Set<string>(isSelected ? keys().map(({ id }) => id) : [])),
    clear,
  };
}
