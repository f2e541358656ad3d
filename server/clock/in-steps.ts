import { setImmediate } from 'node:timers/promises';

// Yields to the event loop before each step: SQLite's statements never wait, so a loop over them
// alone would hold every request.

/** Cuts a list into steps. */
export async function* inSteps<Item>(
  items: readonly Item[],
  size: number,
): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) {
    await setImmediate();
    yield items.slice(start, start + size);
  }
}

/**
 * Reads rows in the order of their ids, a page to a step.
 *
 * @param read - gives the rows after an id; none at the end.
 */
export async function* inPages<Row extends { readonly id: string }>(
  read: (after: string) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    await setImmediate();
    const rows: readonly Row[] = await read(after);
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.id;
  }
}
