import type { Page, Route } from 'playwright-core';

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
  then: (route: Route) => Promise<void> = (route) => route.continue(),
): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await released;
    await then(route);
  });
  return release;
}
