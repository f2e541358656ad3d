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
  if (items.length === 0) return { json, text: empty };
  return { json, text: (width) => table(items, columns, width) };
}

function table<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => string | number | null>>,
  width: number | null,
): string {
  const cells = items.map((item) =>
    Object.values(columns).map((cell) => shownName(`${cell(item) ?? '-'}`)),
  );
  const rows = [Object.keys(columns), ...cells];
  const needed = Object.keys(columns).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, [...(row[column] ?? '')].length), 0),
  );
  const widths = width === null ? needed : fitted(needed, width);
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The narrowest that a column is made, in characters. */
const narrowest = 8;

/**
 * Widths that fit beside each other, with two spaces between: the widest columns give way. The first one
 * has ids, of which a part is no use.
 */
function fitted(needed: readonly number[], width: number): number[] {
  const widths = [...needed];
  const room = width - 2 * (widths.length - 1);
  for (let over = sum(widths) - room; over > 0; over--) {
    const widest = widths.indexOf(
      widths.slice(1).reduce((most, each) => Math.max(most, each), 0),
      1,
    );
    if ((widths[widest] ?? 0) <= narrowest) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function pad(text: string, width: number): string {
  const characters = [...text];
  if (characters.length > width) return `${characters.slice(0, width - 1).join('')}…`;
  return text + ' '.repeat(width - characters.length);
}
