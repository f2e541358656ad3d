import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { chooseForKey, signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';
import { route } from './route.ts';

/** Breaks the connection of the first requests for a file, as a network does; the next one passes. */
async function failFirst(page: Page, url: string, failing = 1): Promise<() => number> {
  let requests = 0;
  await route(page, url, (asked) => {
    requests += 1;
    return requests <= failing ? asked.abort('connectionreset') : asked.continue();
  });
  return () => requests;
}

test('Try again loads a page, a dialog or details whose chunk failed once, without a reload', async () => {
  await using console = await startConsole();
  await createKey(console, { label: 'Has details' });
  await using session = await console.open({ expectsFailedLoads: true });
  const { page } = session;
  // Loaded ahead of its use when the browser is idle, then when it is opened.
  const dialogs = await failFirst(page, '**/assets/new-key-dialog-*.js*', 2);
  await signIn(page, 'Parent admin');
  const retry = page.getByRole('main').getByRole('button', { name: 'Try again' });
  await page.evaluate('globalThis.isSameDocument = true');

  const pages = await failFirst(page, '**/assets/jobs-page-*.js*');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await retry.click();
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
  expect(pages()).toBe(2);

  await page.getByRole('link', { name: 'API Access' }).click();
  await expect.poll(dialogs).toBe(1);
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  const failed = page.getByRole('dialog').filter({ hasText: 'could not be loaded' });
  await failed.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('dialog', { name: 'New API key' }).waitFor();
  expect(dialogs()).toBe(3);
  await page.keyboard.press('Escape');

  const styles = await failFirst(page, '**/assets/key-page-*.css');
  const details = page.getByRole('link', { name: 'Details of Has details' });
  await details.click();
  await retry.click();
  await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
  expect(styles()).toBe(2);
  expect(await page.evaluate('globalThis.isSameDocument')).toBe(true);
});

test('a chunk that a newer console no longer has is not blamed on the connection: Reload is offered', async () => {
  await using console = await startConsole();
  await using session = await console.open({ expectsFailedLoads: true });
  const { page } = session;
  await signIn(page, 'Parent admin');
  await route(page, '**/assets/jobs-page-*.js*', (asked) => asked.fulfill({ status: 404 }));
  await route(page, `${console.url}/`, (asked) =>
    asked.fulfill({ contentType: 'text/html', body: '<script src="/assets/index-newer.js">' }),
  );
  await page.getByRole('link', { name: 'Jobs' }).click();
  const failed = page.getByRole('main').getByRole('alert');
  await failed.getByText('A new version of the console is available.').waitFor();
  await page.getByRole('status').getByRole('button', { name: 'Reload' }).waitFor();
  // The rest of the console still works.
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByText('No webhooks yet').waitFor();
  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.unroute('**/assets/jobs-page-*.js*');
  await failed.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/settings/jobs');
});

test('a refusal in an open tab asks for the session again: the page shows what may still be done', async () => {
  await using console = await startConsole();
  await using session = await console.open();
  const { page } = session;
  await createKey(console, { label: 'Here' });
  await signIn(page, 'Parent admin');
  await page.getByText('Here').waitFor();
  await inDatabase(console, "update organization set tier = 1 where id = 'org_demo_acme'");
  await chooseForKey(page, 'Here', 'Rotate');
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await page.getByText('API access comes with Tier 3').waitFor();
});

test('the bookmark of any path opens after the sign-in and a reload; an unknown section leads home', async () => {
  await using console = await startConsole();
  for (const [path, title] of [
    ['/settings/webhooks/', 'Webhooks'],
    ['/settings/jobs/job_01?status=failed', 'Jobs'],
    ['/settings/audit-log?actor=clerk', 'Audit log'],
  ] as const) {
    await using session = await console.open();
    const { page } = session;
    await signIn(page, 'Parent admin', path);
    const heading = page.getByRole('heading', { level: 1, name: title });
    await heading.waitFor();
    await page.reload();
    await heading.waitFor();
    expect(page.url()).toBe(console.url + path);
    // An unknown section leads to API Access, without a step to go back to.
    await page.goto('/settings/nothing');
    await page.getByRole('heading', { level: 1, name: 'API Access' }).waitFor();
    await page.goBack();
    await heading.waitFor();
  }
});
