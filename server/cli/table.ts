import { snakeKeys } from '../wire/case.ts';
import { shownName } from '../wire/names.ts';
import type { Result } from './command.ts';

/**
 * A list as a command's result.
 *
 * @param columns - headings, and their cells.
 * @param empty - the text for an empty list.
 */
export function listResult<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => string | number | null>>,
  empty: string,
): Result {
  const json = { items: snakeKeys(items), next_cursor: null };
  return { json, text: items.length === 0 ? empty : table(items, columns) };
}

function table<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => string | number | null>>,
): string {
  const cells = items.map((item) =>
    Object.values(columns).map((cell) => shownName(`${cell(item) ?? '-'}`)),
  );
  const rows = [Object.keys(columns), ...cells];
  const widths = Object.keys(columns).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, [...(row[column] ?? '')].length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}
