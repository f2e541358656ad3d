import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { callApi } from './demo-keys.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

/** Creates a key in the page and stays at its reveal dialog. */
async function reveal(page: Page, label: string) {
  await signIn(page, 'Parent admin');
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  await page.getByRole('dialog').getByLabel('Label').fill(label);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Your new API key' });
  await dialog.waitFor();
  return dialog;
}

/** Everything where a page could have left something: markup, fields, storage, address, caches. */
const traces = `(async () => {
  const found = [document.documentElement.outerHTML, location.href, document.title];
  for (const field of document.querySelectorAll('input, textarea')) found.push(field.value);
  for (const storage of [localStorage, sessionStorage]) found.push(JSON.stringify({ ...storage }));
  found.push(document.cookie, JSON.stringify(history.state), window.name);
  for (const { name } of await indexedDB.databases()) found.push(name);
  for (const name of await caches.keys()) found.push(name);
  for (const entry of performance.getEntries()) found.push(entry.name);
  return found.join('\\n');
})()`;

test('SecretDialog shows the secret only when asked, and leaves no trace of it', async () => {
  await using session = await console.open();
  const { page } = session;
  const dialog = await reveal(page, 'Leaves no trace');
  const copy = dialog.getByRole('button', { name: 'Copy', exact: true });
  expect(await page.locator(':focus').innerText()).toBe('Copy');
  await copy.press('Enter');
  await dialog.getByText('Copied to the clipboard.').waitFor();
  expect(await page.locator(':focus').innerText()).toBe('Copy');
  const secret = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(await callApi(console, secret)).toBe(200);

  expect(await page.evaluate<string>(traces)).not.toContain(secret);
  await dialog.getByRole('button', { name: 'Show' }).click();
  expect(await dialog.getByText(secret).count()).toBe(1);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'detached' });
  const left = await page.evaluate<string>(traces);
  expect(left).toContain('Leaves no trace');
  expect(left).not.toContain(secret);
  expect(left).not.toContain(secret.slice(13, 40));
});

test('SecretDialog asks before Escape or a click outside loses the secret', async () => {
  await using session = await console.open();
  const { page } = session;
  const dialog = await reveal(page, 'Asks first');
  expect(await dialog.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);

  await page.keyboard.press('Escape');
  await dialog.getByText('Close without saving it?').waitFor();
  await dialog.getByRole('button', { name: 'Go back' }).click();
  await page.mouse.click(5, 5);
  await dialog.getByText('Close without saving it?').waitFor();
  await dialog.getByRole('button', { name: 'Go back' }).click();

  const question = page.waitForEvent('dialog');
  const leaving = page.close({ runBeforeUnload: true });
  const asked = await question;
  expect(asked.type()).toBe('beforeunload');
  await asked.dismiss();
  await leaving;

  await dialog.getByLabel('I have saved it').check();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('Download .env saves a file that sets the environment variable', async () => {
  await using session = await console.open({ acceptDownloads: true });
  const { page } = session;
  const dialog = await reveal(page, 'Downloaded');
  const started = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download .env' }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe('reporisk.env');
  const content = await readFile(await download.path(), 'utf8');
  const [, secret = ''] = /^REPORISK_API_KEY=(rrk_live_\w+)\n$/.exec(content) ?? [];
  expect(await callApi(console, secret)).toBe(200);

  await dialog.getByText('Use it').click();
  const examples = await dialog.locator('pre').allTextContents();
  expect(examples.join()).toContain(`${console.url}/api/v1/repos`);
  expect(examples.join()).toContain('$REPORISK_API_KEY');
  expect(examples.join()).not.toContain(secret);
});
