import { setImmediate } from 'node:timers/promises';

/**
 * Cuts long work into steps. Before each one, whatever else this process has to do gets its turn:
 * SQLite's statements never wait, so a loop over them alone would hold every request.
 */
export async function* inSteps<Item>(
  items: readonly Item[],
  size: number,
): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) {
    await setImmediate();
    yield items.slice(start, start + size);
  }
}
