import type { Page, Route } from 'playwright-core';

/**
 * Catches a page's requests, from the next one on.
 *
 * @param url - which ones, as Playwright's routes name them.
 * @param options - `times`: how many of them; all when absent.
 */
export async function route(
  page: Page,
  url: string,
  handle: (route: Route) => Promise<void>,
  options: { readonly times?: number } = {},
): Promise<void> {
  await page.route(url, handle, options);
  if (page.url() !== 'about:blank') await untilRouted(page);
}

/**
 * A page that is open and had no route yet may send its next request by the way it has already: so the
 * first that a route must have caught is one that does nothing.
 */
async function untilRouted(page: Page): Promise<void> {
  const probe = '/is-this-routed';
  await page.route(`**${probe}`, (caught) => caught.fulfill({ status: 299 }));
  await page.waitForFunction(`fetch('${probe}').then(({ status }) => status === 299)`);
  await page.unroute(`**${probe}`);
}
