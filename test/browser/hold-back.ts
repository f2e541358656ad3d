import type { Page, Route } from 'playwright-core';
import { route } from './route.ts';

/**
 * Holds a page's requests back.
 *
 * @param url - which ones, as Playwright's routes name them.
 * @param then - what becomes of them in the end; they go on when absent.
 * @returns the function that lets them go.
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
