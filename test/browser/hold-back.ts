import type { Page, Route } from 'playwright-core';
import { route } from './route.ts';

/**
 * Holds a page's requests back.
 *
 * @param url - a pattern for their URLs, as for Playwright's routes.
 * @param then - their handler after the release; they go on when absent.
 * @returns the function that releases them.
 */
export async function holdBack(
  page: Page,
  url: string,
  then: (held: Route) => Promise<void> = (held) => held.continue(),
): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await route(page, url, async (held) => {
    await released;
    await then(held);
  });
  return release;
}
