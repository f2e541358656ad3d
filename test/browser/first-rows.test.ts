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

/** The first content of a page, by its address: the request that brings it. */
const contents: Readonly<Record<string, string>> = {
  'api-access': '/trpc/apiKeys.list',
  'api-access?search=Pipeline&sort=label': '/trpc/apiKeys.list',
  'sub-orgs': '/trpc/subOrgs.list',
  'service-accounts': '/trpc/serviceAccounts.list',
  'anthropic-key': '/trpc/anthropicKey.get',
  webhooks: '/trpc/webhooks.list',
  repositories: '/api/v1/repos',
  extensions: '/api/v1/extensions',
  jobs: '/trpc/jobs.list',
  'audit-log': '/trpc/auditLog.list',
};

test('the first row of each page waits for at most three requests, one after the other', async () => {
  // At once, because they mostly wait for the network; each with connections of its own.
  const loads = Object.entries(contents).map(async ([address, content]) => {
    await using session = await console.open();
    const { page, context } = session;
    const persona = { name: 'reporisk.persona', value: 'parent-admin', url: console.url };
    await context.addCookies([persona]);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url().slice(console.url.length)));
    // Only latency: what is asked for together is under way together.
    const network = { latency: 500, downloadThroughput: -1, uploadThroughput: -1 };
    await slowDown(page, network, false);
    await page.goto(`/settings/${address}`);
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.locator('.skeleton').count(), { timeout: 30_000 }).toBe(0);
    const requests = await page.evaluate<Request[]>(`
      ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
        .map(({ name, startTime, responseEnd }) => ({ name, startTime, responseEnd }))
    `);
    const asked = requests.find(({ name }) => new URL(name).pathname === content);
    // The sign-in that the page's own answer named is the one that the script takes; and what is asked
    // for ahead is what the page needs.
    const twice = sent.filter((each, place) => sent.indexOf(each) !== place);
    return { address, chain: asked ? chainTo(asked, requests) : [], twice };
  });
  for (const { address, chain, twice } of await Promise.all(loads)) {
    expect({ address, chain, twice }).toEqual({
      address,
      chain: expect.toSatisfy(({ length }) => length > 0 && length <= 3),
      twice: [],
    });
  }
});
