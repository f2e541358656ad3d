import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseForKey, type RunningConsole, signIn, startConsole } from './console.ts';
import { callApi, createKey } from './demo-keys.ts';
import { holdBack } from './hold-back.ts';
import { listenTo, memoryOf, tracesIn } from './traces.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

/** Signs in, creates a key in the page, and stays at its reveal dialog. */
async function reveal(page: Page, label: string) {
  await signIn(page, 'Parent admin');
  return create(page, label);
}

async function create(page: Page, label: string) {
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  await page.getByRole('dialog').getByLabel('Label').fill(label);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Your new API key' });
  await dialog.waitFor();
  return dialog;
}

/** The part of a secret that nothing else has in it. */
const inside = (secret: string) => secret.slice(13, 40);

test('RevealDialog shows the secret only when asked, and leaves no trace of it', async () => {
  await using session = await console.open();
  const { page } = session;
  const heard = listenTo(session.context);
  const dialog = await reveal(page, 'Leaves no trace');
  const copy = dialog.getByRole('button', { name: 'Copy', exact: true });
  expect(await page.locator(':focus').innerText()).toBe('Copy');
  await copy.press('Enter');
  await dialog.getByText('Copied to the clipboard.').waitFor();
  expect(await page.locator(':focus').innerText()).toBe('Copy');
  const secret = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(await callApi(console, secret)).toBe(200);

  expect(await page.content()).not.toContain(inside(secret));
  await dialog.getByRole('button', { name: 'Show' }).click();
  expect(await dialog.getByRole('code').first().textContent()).toBe(secret);
  expect(await page.content()).toContain(inside(secret));
  expect((await memoryOf(page)).includes(inside(secret))).toBe(true);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'detached' });
  const left = await tracesIn(page);
  expect(left.includes('Leaves no trace')).toBe(true);
  expect(left.includes(inside(secret))).toBe(false);

  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
  await page.goBack();
  await page.getByText('Leaves no trace').first().waitFor();
  await page.goForward();
  await page.goBack();
  await page.getByText('Leaves no trace').first().waitFor();
  expect((await tracesIn(page)).includes(inside(secret))).toBe(false);
  await page.goto('about:blank');
  await page.goBack();
  await page.getByText('Leaves no trace').first().waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect((await tracesIn(page)).includes(inside(secret))).toBe(false);
  expect(heard.join()).toContain('/trpc/apiKeys.create');
  expect(heard.join()).not.toContain(inside(secret));
});

test('RevealDialog stays while its secret is being made: no unseen secret is lost', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  const release = await holdBack(page, '**/trpc/apiKeys.create');
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  const form = page.getByRole('dialog', { name: 'New API key' });
  await form.getByLabel('Label').fill('Slow to come');
  await form.getByRole('button', { name: 'Create', exact: true }).click();
  await form.getByRole('button', { name: 'Creating' }).waitFor();
  await page.keyboard.press('Escape');
  await form.getByRole('button', { name: 'Cancel' }).click();
  await form.getByRole('button', { name: 'Close' }).click();
  release();
  await page.getByRole('dialog', { name: 'Your new API key' }).waitFor();
});

test('the secret of a rotation leaves no trace either, nor one that was not taken', async () => {
  await createKey(console, { label: 'Rotated' });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await chooseForKey(page, 'Rotated', 'Rotate');
  const answered = page.waitForResponse('**/trpc/apiKeys.rotate');
  await page.getByRole('button', { name: 'Rotate', exact: true }).click();
  const answer = await answered;
  expect(answer.headers()['cache-control']).toBe('no-store');
  const [secret = ''] = /rrk_live_\w{43}/.exec(await answer.text()) ?? [];
  expect(await callApi(console, secret)).toBe(200);
  const dialog = page.getByRole('dialog', { name: 'Your new secret' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Close anyway' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await tracesIn(page)).includes(inside(secret))).toBe(false);
});

test('RevealDialog asks before Back or Forward loses the secret, and stays', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/jobs');
  await page.getByRole('link', { name: 'API Access' }).click();
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
  await page.goBack();
  const dialog = await create(page, 'Stays');
  for (const leave of [() => page.goForward(), () => page.goBack()]) {
    await leave();
    await dialog.getByText('Close without saving it?').waitFor();
    expect(page.url()).toMatch(/api-access$/);
    await dialog.getByRole('button', { name: 'Go back' }).click();
  }
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await dialog.getByText('Copied to the clipboard.').waitFor();
  await page.goBack();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
});

test('RevealDialog asks before Escape or a click outside loses the secret', async () => {
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

test('a refused clipboard is a red alert wherever something is copied, never a green confirmation', async () => {
  await using session = await console.open();
  const { page } = session;
  await page.addInitScript(
    "navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))",
  );
  const dialog = await reveal(page, 'Not copied');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  const alert = dialog.getByRole('alert').filter({ hasText: 'copy it by hand' });
  await alert.waitFor();
  expect(await dialog.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
  expect(await dialog.locator('.secret-line [role=status]').first().textContent()).toBe('');
  await dialog.getByText('Use it').click();
  await dialog.getByRole('button', { name: 'Copy the curl example' }).click();
  await dialog.locator('.snippets').getByRole('alert').getByText('did not allow').waitFor();
  await dialog.getByLabel('I have saved it').check();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('button', { name: /^Copy/ }).first().click();
  await page.getByRole('alert').getByText('Your browser did not allow copying.').waitFor();
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
