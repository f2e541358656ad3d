import { performance } from 'node:perf_hooks';
import type { Browser } from 'playwright-core';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { launchChromium } from '../../support/chromium.ts';
import { fillOrganization } from '../../support/filled-organization.ts';
import { startPostgres } from '../../support/postgres-process.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';
import { median } from '../compare.ts';
import { atMost, type Metric, rounded, type Section } from '../figure.ts';
import { type Kind, kinds } from '../population.ts';
import { runningConsole } from '../running-console.ts';

const keyCount = 10_000;
const rounds = 7;
const newest = `CI pipeline ${keyCount - 1}`;

/**
 * How long an admin of 10,000 keys waits for the first rows, in a browser on this machine: from opening
 * the page, already signed in; the same with the page's files in the browser's cache, here and from far
 * away; from asking for other rows.
 */
export const consolePage: Section = async () => {
  await using browser = await launchChromium();
  const figures: Metric[] = [];
  for (const kind of kinds) {
    await using resources = new AsyncDisposableStack();
    const url = await place(kind, resources);
    const server = resources.use(await runningConsole(url));
    {
      await using database = await openAuditedDatabase(url);
      await fillOrganization(database, keyCount, Date.now());
    }
    figures.push(...(await measured(kind, browser, server.url)));
  }
  return figures;
};

async function place(kind: Kind, resources: AsyncDisposableStack): Promise<string> {
  if (kind === 'SQLite') return resources.use(await sqliteDatabase()).url;
  return `${resources.use(await startPostgres()).url}/postgres`;
}

/** Latency of each request, in milliseconds, on a connection of any width. */
const far = { offline: false, latency: 150, downloadThroughput: -1, uploadThroughput: -1 };
const near = { ...far, latency: 0 };

/** What is timed, with the most that it may take, in milliseconds. */
const limits = {
  'opening the page': 1_000,
  'opening it again': 300,
  'opening it again at 150 ms round trip': 900,
  searching: 300,
  filtering: 300,
  sorting: 300,
};

type Step = keyof typeof limits;

async function measured(kind: Kind, browser: Browser, baseURL: string): Promise<Metric[]> {
  const times = new Map<Step, number[]>();
  for (let round = -1; round < rounds; round++) {
    await using context = await browser.newContext({ baseURL });
    // The console's memory of a sign-in to the demo.
    await context.addCookies([{ name: 'reporisk.persona', value: 'parent-admin', url: baseURL }]);
    const page = await context.newPage();
    const time = async (step: Step, start: () => Promise<unknown>, label: string) => {
      const started = performance.now();
      await start();
      // Looks in every frame: a locator's next look may be half a second away.
      await page.evaluate(`new Promise((resolve) => (function look() {
        const first = document.querySelector('tbody .record-label')?.textContent;
        if (first === '${label}') resolve(); else requestAnimationFrame(look);
      })())`);
      // The first round warms the server up.
      if (round >= 0) times.set(step, [...(times.get(step) ?? []), performance.now() - started]);
    };
    const open = () => page.goto('/settings/api-access', { waitUntil: 'commit' });
    await time('opening the page', open, newest);
    await page.waitForLoadState('networkidle');
    await time('opening it again', open, newest);
    await page.waitForLoadState('networkidle');
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', far);
    await time('opening it again at 150 ms round trip', open, newest);
    await page.waitForLoadState('networkidle');
    await network.send('Network.emulateNetworkConditions', near);
    const sort = () => page.getByRole('button', { name: 'Label and key' }).click();
    await time('sorting', sort, 'CI pipeline 1');
    const search = () => page.getByLabel('Search keys').fill('audit 99');
    await time('searching', search, 'Nightly audit 9900');
    const filter = () => page.getByLabel('Status').selectOption('Revoked');
    await time('filtering', filter, 'Nightly audit 9912');
  }
  return [...times].map(([step, of]) =>
    atMost(limits[step], {
      what: `console, ${keyCount.toLocaleString('en')} keys, ${kind}: first rows after ${step}`,
      value: median(of),
      unit: ' ms',
      absolute: `${rounded(Math.min(...of))} to ${rounded(Math.max(...of))} ms`,
    }),
  );
}
