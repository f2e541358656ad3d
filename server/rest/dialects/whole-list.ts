import type { Page } from '../../operations/own-records.ts';

/** The most items of an answer: these lists have no pages in their documents. */
const mostItems = 1000;

/** Items of one call of an operation. */
export const itemsPerCall = 100;

/** A list of many pages, and where it goes on. */
export interface WholeList {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** Whether an output is a page of a list. */
export function isPage(output: unknown): output is Page<unknown> {
  return typeof output === 'object' && output !== null && 'nextCursor' in output;
}

/**
 * Collects the pages of a list into one.
 *
 * @param first - the first page.
 * @param next - gives the page at a cursor.
 * @returns at most 1,000 items.
 */
export async function wholeList(
  first: Page<unknown>,
  next: (cursor: string) => Promise<unknown>,
): Promise<WholeList> {
  const items: unknown[] = [...first.items];
  let { nextCursor } = first;
  while (nextCursor !== null && items.length < mostItems) {
    const page = await next(nextCursor);
    if (!isPage(page)) throw new TypeError('a list has answered with something else');
    for (const item of page.items) items.push(item);
    nextCursor = page.nextCursor;
  }
  return { items, nextCursor };
}

/** The header that names the rest of a list (RFC 8288), which its body has no place for. */
export function linkToRest(url: string, nextCursor: string | null): Record<string, string> {
  if (nextCursor === null) return {};
  const rest = new URL(url);
  rest.searchParams.set('cursor', nextCursor);
  return { Link: `<${rest.pathname}${rest.search}>; rel="next"` };
}
