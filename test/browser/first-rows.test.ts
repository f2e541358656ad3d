import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';
import { shiftsOf, slow4G, slowDown, watchShifts } from './layout-shifts.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
  for (let n = 0; n < 20; n++) await createKey(console, { label: `Pipeline ${n}` });
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

/** Loads the page once more, with an empty cache, until its first row. */
async function reload(page: Page, network: typeof slow4G): Promise<void> {
  await slowDown(page, network, false);
  await page.reload();
  await page.getByRole('grid').getByText('Pipeline 19').waitFor();
}

test('the page shifts by at most 0.02 while it loads on a slow network', async () => {
  await using session = await console.open();
  const { page } = session;
  await watchShifts(page);
  await signIn(page, 'Parent admin');
  await reload(page, slow4G);
  await page.waitForLoadState('networkidle');
  expect((await shiftsOf(page)).sum).toBeLessThanOrEqual(0.02);
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
