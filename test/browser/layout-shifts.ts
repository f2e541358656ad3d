import type { Page } from 'playwright-core';

/** A slow 4G network as Lighthouse has it: milliseconds, bytes a second. */
export const slow4G = { latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

/** Gives a page a slower network, from its next request on. */
export async function slowDown(page: Page, network: typeof slow4G, hasCache: boolean) {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.enable');
  await protocol.send('Network.setCacheDisabled', { cacheDisabled: !hasCache });
  await protocol.send('Network.emulateNetworkConditions', { offline: false, ...network });
}

/** Records how far each page shifts while it loads, from the next page on. */
export function watchShifts(page: Page): Promise<unknown> {
  return page.addInitScript(`
    window.shifts = [];
    const nameOf = ({ node }) => node?.className || node?.nodeName;
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) shifts.push({ value, what: sources.map(nameOf) });
    }).observe({ type: 'layout-shift', buffered: true });
  `);
}

/** How far a page has shifted, in all, and what shifted. */
export async function shiftsOf(page: Page) {
  const shifts = await page.evaluate<{ value: number; what: string[] }[]>('shifts');
  return { sum: shifts.reduce((total, { value }) => total + value, 0), shifts };
}
