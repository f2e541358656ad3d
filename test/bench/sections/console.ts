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
 * How long an admin of 10,000 keys waits for the first rows, in a browser on this machine: from
 * opening the page, already signed in, with and without its files in the browser's cache; and from
 * asking for another order.
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

async function measured(kind: Kind, browser: Browser, baseURL: string): Promise<Metric[]> {
  const times: { readonly opened: number; readonly again: number; readonly sorted: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    await using context = await browser.newContext({ baseURL });
    // The console's memory of a sign-in to the demo: the persona, in this tab.
    await context.addInitScript("sessionStorage.setItem('reporisk.persona', 'parent-admin')");
    const page = await context.newPage();
    const first = page.locator('tbody .record-label').first();
    const spent = async (start: () => Promise<unknown>, label: string) => {
      const started = performance.now();
      await start();
      await first.getByText(label, { exact: true }).waitFor();
      return performance.now() - started;
    };
    const open = () => page.goto('/settings/api-access', { waitUntil: 'commit' });
    const opened = await spent(open, newest);
    const again = await spent(open, newest);
    const sort = () => page.getByRole('button', { name: 'Label and key' }).click();
    const sorted = await spent(sort, 'CI pipeline 1');
    // The first warms the server up.
    if (round === -1) continue;
    times.push({ opened, again, sorted });
  }
  const figure = (what: string, of: readonly number[]) =>
    atMost(1000, {
      what: `console, ${keyCount.toLocaleString('en')} keys, ${kind}: first rows after ${what}`,
      value: median(of),
      unit: ' ms',
      absolute: `${rounded(Math.min(...of))} to ${rounded(Math.max(...of))} ms`,
    });
  return [
    figure(
      'opening the page',
      times.map(({ opened }) => opened),
    ),
    figure(
      'opening it again',
      times.map(({ again }) => again),
    ),
    figure(
      'sorting by label',
      times.map(({ sorted }) => sorted),
    ),
  ];
}
