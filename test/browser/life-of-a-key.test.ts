import { expect, test } from 'vitest';
import { chooseForKey, signIn, startConsole } from './console.ts';
import { callApi, useKey } from './demo-keys.ts';

test('a key is created, copied, used, rotated with grace, renamed and revoked', async () => {
  await using console = await startConsole();
  await using session = await console.open();
  const { page } = session;
  const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
  await signIn(page, 'Parent admin');

  await page.getByRole('button', { name: 'New API Key' }).first().click();
  const form = page.getByRole('dialog', { name: 'New API Key' });
  await form.getByLabel('Label').fill('CI Pipeline');
  await form.getByLabel('Access (optional)').selectOption('Payments');
  await form.getByRole('button', { name: 'Create', exact: true }).click();

  const reveal = page.getByRole('dialog', { name: 'Your new API key' });
  await reveal.getByRole('button', { name: 'Copy', exact: true }).click();
  await reveal.getByText('Copied to the clipboard.').waitFor();
  const first = await clipboard();
  expect(first).toMatch(/^rrk_live_[0-9A-Za-z]{36}_[0-9A-Za-z]{6}$/);
  await reveal.getByRole('button', { name: 'Done' }).click();
  await reveal.waitFor({ state: 'detached' });
  expect(await callApi(console, first)).toBe(200);

  await chooseForKey(page, 'CI Pipeline', 'Rotate');
  const rotation = page.getByRole('dialog', { name: 'Rotate “CI Pipeline”?' });
  await rotation.getByLabel('For 1 hour').check();
  await rotation.getByRole('button', { name: 'Rotate' }).click();
  const renewed = page.getByRole('dialog', { name: 'Your new secret' });
  await renewed.getByRole('button', { name: 'Copy', exact: true }).click();
  await renewed.getByText('Copied to the clipboard.').waitFor();
  const second = await clipboard();
  await renewed.getByRole('button', { name: 'Done' }).click();
  expect(second).not.toBe(first);
  expect([await callApi(console, first), await callApi(console, second)]).toEqual([200, 200]);

  await page.getByRole('link', { name: 'Details of CI Pipeline' }).click();
  await page.getByRole('button', { name: 'Expire old secret now' }).click();
  const ending = page.getByRole('alertdialog', { name: 'Expire the old secret of “CI Pipeline”?' });
  await ending.getByRole('button', { name: 'Expire old secret now' }).click();
  await page.getByText('is refused from now on').waitFor();
  expect([await callApi(console, first), await callApi(console, second)]).toEqual([401, 200]);

  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.getByLabel('New label for CI Pipeline').fill('Deploy Pipeline');
  await page.keyboard.press('Enter');
  await page.getByText('Renamed to “Deploy Pipeline”.').waitFor();

  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const disabling = page.getByRole('alertdialog', { name: 'Disable “Deploy Pipeline”?' });
  await disabling.getByRole('button', { name: 'Disable' }).click();
  await page.locator('.key-page-head').getByText('Disabled', { exact: true }).waitFor();
  expect(await callApi(console, second)).toBe(401);
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await page.locator('.key-page-head').getByText('Active', { exact: true }).waitFor();
  const id = (await page.locator('.facts code').textContent()) ?? '';
  await useKey(console, { id, raw: second });

  await page.goto('/settings/api-access');
  await chooseForKey(page, 'Deploy Pipeline', 'Revoke');
  const revocation = page.getByRole('alertdialog', { name: 'Revoke “Deploy Pipeline”?' });
  const confirm = revocation.getByRole('button', { name: 'Revoke key' });
  await revocation.getByText('1 caller used it in the last 7 days').waitFor();
  await confirm.click();
  await page.getByRole('gridcell', { name: 'Revoked' }).waitFor();
  expect(await callApi(console, second)).toBe(401);
});
