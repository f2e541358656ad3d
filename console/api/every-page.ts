/** Fetches every page of a list. */
export async function everyPage<Item>(
  page: (cursor: { cursor?: string }) => Promise<{ items: Item[]; nextCursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let next: string | null | undefined;
  do {
    const { items: more, nextCursor } = await page(next ? { cursor: next } : {});
    for (const item of more) items.push(item);
    next = nextCursor;
  } while (next !== null);
  return items;
}
