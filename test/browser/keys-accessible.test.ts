import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { expectSoundInEveryLook } from './axe.ts';
import { chooseForKey, type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase, useKey } from './demo-keys.ts';
import { holdBack } from './hold-back.ts';
import { rotateKey } from './key-calls.ts';
import { route } from './route.ts';

// Many checks in one page: starting one for each would take longer.
vi.setConfig({ testTimeout: 180_000 });

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const settings = '/api/v1/settings/api-keys';
const day = 86_400_000;

/** Lets a request fail, until the route is removed. */
const fail = (page: Page, procedure: string, status = 503) =>
  route(page, `**/trpc/${procedure}*`, (caught) =>
    caught.fulfill({ status, headers: { 'x-request-id': 'req-1' }, body: '{}' }),
  );

/** A key in each state that one can be in. */
async function createOneOfEach(): Promise<void> {
  const change = (id: string, sql: string, ...values: unknown[]) =>
    inDatabase(console, `update api_key set ${sql} where id = ?`, ...values, id);
  await useKey(console, await createKey(console, { label: 'In use', sub_org_id: 1 }));
  const off = await createKey(console, { label: 'Switched off', environment: 'test' });
  await console.send('parent-admin', `${settings}/${off.id}`, { disabled: true }, 'PATCH');
  const expired = await createKey(console, { label: 'Too late', expires_in_days: 30 });
  await change(
    expired.id,
    'created_at = ?, expires_at = ?',
    Date.now() - 31 * day,
    Date.now() - day,
  );
  const revoked = await createKey(console, { label: 'No more' });
  await console.send('parent-admin', `${settings}/${revoked.id}`, undefined, 'DELETE');
  const soon = await createKey(console, { label: 'Expires soon', expires_in_days: 1 });
  await rotateKey(console, soon);
  const forgotten = await createKey(console, { label: 'Forgotten'.repeat(11) });
  await change(
    forgotten.id,
    'created_at = ?, created_by = ?',
    Date.now() - 200 * day,
    'user_'.repeat(9),
  );
}

test('no state of the list of keys breaks a rule of accessibility, in any look', async () => {
  await using session = await console.open();
  const { page } = session;
  const release = await holdBack(page, '**/trpc/apiKeys.list?*');
  await signIn(page, 'Parent admin');
  await page.getByRole('status', { name: 'Loading' }).waitFor();
  await expectSoundInEveryLook(page, 'a list on its way');
  release();
  await page.getByText('No keys yet').waitFor();
  await page.unrouteAll();
  await expectSoundInEveryLook(page, 'no keys');

  await createOneOfEach();
  await page.reload();
  await page.getByRole('button', { name: 'Unused 1' }).waitFor();
  await expectSoundInEveryLook(page, 'keys of every state');
  const search = page.getByLabel('Search keys');
  await search.fill('nothing like it');
  await page.getByText('No key matches').waitFor();
  await expectSoundInEveryLook(page, 'no match');

  await search.fill('In use');
  await page.getByText('Switched off').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Details of In use' }).click();
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.getByLabel('New label for In use').waitFor();
  await expectSoundInEveryLook(page, 'a new label');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const disabling = page.getByRole('alertdialog', { name: 'Disable “In use”?' });
  await disabling.getByText('1 caller used it in the last 7 days').waitFor();
  await expectSoundInEveryLook(page, 'disabling a key in use');
  await disabling.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('“In use” is disabled').waitFor();
  await expectSoundInEveryLook(page, 'a key just disabled');
  await fail(page, 'apiKeys.update', 401);
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await page.getByText('Your session has expired').waitFor();
  await expectSoundInEveryLook(page, 'a change that was refused');

  await fail(page, 'apiKeys.list');
  await page.goto('/settings/api-access');
  await page.getByText('req-1').first().waitFor();
  await expectSoundInEveryLook(page, 'a list that did not come');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByRole('link', { name: 'Details of In use' }).waitFor();

  for (let n = 0; n < 46; n++) await createKey(console, { label: `Key ${n}` });
  await page.goto('/settings/api-access');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2').waitFor();
  await page.getByText('Key 45').waitFor({ state: 'detached' });
  await expectSoundInEveryLook(page, 'the second page');
});

test('no state of creating a key breaks a rule of accessibility, in any look', async () => {
  await using session = await console.open();
  const { page } = session;
  // With no rows behind the dialog, a check is twice as fast.
  await signIn(page, 'Parent admin', '/settings/api-access?search=none');
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  const form = page.getByRole('dialog', { name: 'New API Key' });
  const create = form.getByRole('button', { name: 'Create', exact: true });
  await form.waitFor();
  await expectSoundInEveryLook(page, 'a new key');
  await form.getByText('Advanced').click();
  await form.getByLabel('Expires').selectOption('date');
  await form.getByLabel('Date').fill('2020-01-01');
  await form.getByLabel('Restricted').check();
  await form.getByLabel('Requests').fill('many');
  await expectSoundInEveryLook(page, 'everything that can be chosen');
  await create.click();
  await form.getByText('Enter a label').waitFor();
  await expectSoundInEveryLook(page, 'faults that the page sees');

  await form.getByLabel('Label').fill('Made in every look');
  await form.getByLabel('Date').fill(`${new Date().getFullYear() + 1}-06-30`);
  await form.getByLabel('Read repositories').check();
  await form.getByLabel('Requests').fill('10');
  await form.getByLabel('Allowed IP addresses').fill('203.0.113.0/24\nhere');
  await create.click();
  await form.getByText('Line 2:').waitFor();
  await expectSoundInEveryLook(page, 'faults that the server sees');
  await form.getByLabel('Allowed IP addresses').fill('203.0.113.0/24');
  await fail(page, 'apiKeys.create');
  await create.click();
  await form.getByText('req-1').waitFor();
  await expectSoundInEveryLook(page, 'a key that could not be made');
  await page.unrouteAll();
  await form.getByRole('button', { name: 'Try again' }).click();

  const reveal = page.getByRole('dialog', { name: 'Your new API key' });
  await reveal.waitFor();
  await expectSoundInEveryLook(page, 'a secret, masked');
  await page.keyboard.press('Escape');
  await reveal.getByText('Close without saving it?').waitFor();
  await expectSoundInEveryLook(page, 'a secret that was not taken');
  await reveal.getByRole('button', { name: 'Go back' }).click();
  await reveal.getByRole('button', { name: 'Copy', exact: true }).click();
  await reveal.getByText('Copied to the clipboard.').waitFor();
  await expectSoundInEveryLook(page, 'a secret, copied');
  await reveal.getByRole('button', { name: 'Show' }).click();
  await reveal.getByText('Use it').click();
  await expectSoundInEveryLook(page, 'a secret, shown, and how to use it');
});

test('no question about a key breaks a rule of accessibility, in any look', async () => {
  const label = 'Asked about';
  const key = await createKey(console, { label, sub_org_id: 1, expires_in_days: 1 });
  await rotateKey(console, key);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/api-access?search=Asked');
  await chooseForKey(page, label, 'Rotate');
  const rotation = page.getByRole('dialog', { name: `Rotate “${label}”?` });
  await rotation.getByLabel('For 7 days').check();
  await rotation.getByText('The key expires before that').waitFor();
  await expectSoundInEveryLook(page, 'a rotation that is cut short');
  await rotation.getByLabel('For a number of hours').check();
  await rotation.getByLabel('Hours', { exact: true }).fill('0');
  await rotation.getByRole('button', { name: 'Rotate' }).click();
  await rotation.getByText('A whole number from 1 to 168.').waitFor();
  await expectSoundInEveryLook(page, 'a rotation with a grace of its own');
  await rotation.getByLabel('Not at all').check();
  await fail(page, 'apiKeys.rotate');
  await rotation.getByRole('button', { name: 'Rotate' }).click();
  await rotation.getByText('req-1').waitFor();
  await expectSoundInEveryLook(page, 'a rotation that failed');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await rotation.waitFor({ state: 'detached' });

  await chooseForKey(page, label, 'Revoke');
  const revocation = page.getByRole('alertdialog', { name: `Revoke “${label}”?` });
  await revocation.getByText('It was never used.').waitFor();
  await expectSoundInEveryLook(page, 'revoking an unused key');
  await page.keyboard.press('Escape');
  await revocation.waitFor({ state: 'detached' });

  await useKey(console, key);
  await page.reload();
  await chooseForKey(page, label, 'Revoke');
  await revocation.getByText('1 caller used it in the last 7 days').waitFor();
  await expectSoundInEveryLook(page, 'revoking a key in use');
  await fail(page, 'apiKeys.revoke', 404);
  await revocation.getByRole('button', { name: 'Revoke key' }).click();
  await revocation.getByText('req-1').waitFor();
  await expectSoundInEveryLook(page, 'a revocation that failed');
  expect(await page.getByRole('alertdialog').count()).toBe(1);
});
