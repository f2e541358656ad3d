import { invalidField } from '../wire/problem.ts';

/** The end of a page: the sort value and the id of its last item. */
export type Position = readonly [value: string | number, id: string | number];

/**
 * Encodes a position as an opaque cursor. A list continues after a position, not at an offset: rows
 * inserted between two pages neither repeat nor hide others.
 */
function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * Decodes a cursor from a list's answer.
 *
 * @param valueType - the type of the sort value, and `idType` that of the ids: a forged cursor with
 * another type would otherwise cause a database error.
 * @throws {InvalidInput} naming the field when it is not one.
 */
export function decodeCursor(
  cursor: string | undefined,
  valueType: 'string' | 'number',
  idType: 'string' | 'number',
): Position | null {
  if (cursor === undefined) return null;
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(position) && position.length === 2) {
      const [value, id] = position;
      if (isOf(value, valueType) && isOf(id, idType)) return [value, wholeId(id)];
    }
  } catch {
    // Falls through to the one error that names the field.
  }
  throw invalidField('cursor', 'cursor is not one that a list has answered');
}

/** The same place among ids, which are whole numbers and none larger than JSON carries exactly. */
function wholeId(id: string | number): string | number {
  if (typeof id === 'string') return id;
  const { MIN_SAFE_INTEGER: least, MAX_SAFE_INTEGER: most } = Number;
  return Math.min(Math.max(Math.ceil(id), least), most);
}

function isOf(value: unknown, type: 'string' | 'number'): value is string | number {
  if (typeof value !== type) return false;
  return typeof value === 'string' ? !value.includes('\0') : Number.isFinite(value);
}

/**
 * Cuts a page out of one row more than asked for: the extra row only shows that a next page exists.
 *
 * @param rows - up to `limit + 1` rows in order.
 * @param positionOf - a row's position.
 */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): { readonly items: Row[]; readonly nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}
