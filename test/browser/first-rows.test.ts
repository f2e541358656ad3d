import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
  for (let n = 0; n < 20; n++) await createKey(console, { label: `Pipeline ${n}` });
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

/** Slow 4G as Lighthouse has it: milliseconds, bytes a second. */
const slow4G = { latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

/** Loads the page once more, with an empty cache, until its first row. */
async function reload(page: Page, network: typeof slow4G): Promise<void> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.enable');
  await protocol.send('Network.setCacheDisabled', { cacheDisabled: true });
  await protocol.send('Network.emulateNetworkConditions', { offline: false, ...network });
  await page.reload();
  await page.getByRole('grid').getByText('Pipeline 19').waitFor();
}

test('the page shifts by at most 0.02 while it loads on a slow network', async () => {
  await using session = await console.open();
  const { page } = session;
  await page.addInitScript(`
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) {
        shifts.push({ value, what: sources.map(({ node }) => node?.className ?? node?.nodeName) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  `);
  await signIn(page, 'Parent admin');
  await reload(page, slow4G);
  await page.waitForLoadState('networkidle');
  const shifts = await page.evaluate<{ value: number; what: string[] }[]>('shifts');
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  expect({ sum, shifts }).toEqual({ sum: expect.toSatisfy((each) => each <= 0.02), shifts });
});

interface Request {
  readonly name: string;
  readonly startTime: number;
  readonly responseEnd: number;
}

/** The longest row of requests that ends with this one, each begun when the one before had ended. */
function chainTo(request: Request, all: readonly Request[]): string[] {
  const before = all.filter((each) => each.responseEnd <= request.startTime);
  const chains = before.map((each) => chainTo(each, before));
  const longest = chains.sort((one, other) => other.length - one.length)[0] ?? [];
  return [...longest, new URL(request.name).pathname];
}

test('the first row waits for at most three requests, one after the other', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  const sent: string[] = [];
  page.on('request', (request) => sent.push(new URL(request.url()).pathname));
  // Only latency: what is asked for together is under way together.
  await reload(page, { latency: 500, downloadThroughput: -1, uploadThroughput: -1 });
  const requests = await page.evaluate<Request[]>(`
    ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
      .map(({ name, startTime, responseEnd }) => ({ name, startTime, responseEnd }))
  `);
  const list = requests.find(({ name }) => name.includes('/trpc/apiKeys.list'));
  if (list === undefined) throw new Error('the list was not asked for');
  const chain = chainTo(list, requests);
  expect({ chain, length: chain.length }).toEqual({
    chain,
    length: expect.toSatisfy((length) => length <= 3),
  });
  // The sign-in that the page's own answer named is the one that the script takes.
  expect(sent.sort()).toEqual([...new Set(sent)]);
});
