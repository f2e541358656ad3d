import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';
import { route } from './route.ts';

/** Breaks the connection of the first request for a file, as a network does; the next one passes. */
async function failFirst(page: Page, url: string): Promise<() => number> {
  let requests = 0;
  await route(page, url, (asked) => {
    requests += 1;
    return requests === 1 ? asked.abort('connectionreset') : asked.continue();
  });
  return () => requests;
}

async function open(console: RunningConsole) {
  const session = await console.open({ expectsFailedLoads: true });
  await signIn(session.page, 'Parent admin');
  return session;
}

test('Try again loads a page, a dialog or details whose chunk failed once, without a reload', async () => {
  await using console = await startConsole();
  await createKey(console, { label: 'Has details' });
  await using session = await open(console);
  const { page } = session;
  const retry = page.getByRole('main').getByRole('button', { name: 'Try again' });
  await page.evaluate('globalThis.isSameDocument = true');

  const pages = await failFirst(page, '**/assets/jobs-page-*.js*');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await retry.click();
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
  expect(pages()).toBe(2);

  await page.getByRole('link', { name: 'API Access' }).click();
  const dialogs = await failFirst(page, '**/assets/new-key-dialog-*.js*');
  const create = page.getByRole('button', { name: 'New API Key' }).first();
  await create.click();
  await retry.click();
  await create.click();
  await page.getByRole('dialog', { name: 'New API key' }).waitFor();
  expect(dialogs()).toBe(2);
  await page.keyboard.press('Escape');

  const styles = await failFirst(page, '**/assets/key-details-*.css');
  const details = page.getByRole('button', { name: 'Details of Has details' });
  await details.click();
  await retry.click();
  await details.click();
  await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
  expect(styles()).toBe(2);
  expect(await page.evaluate('globalThis.isSameDocument')).toBe(true);
});
