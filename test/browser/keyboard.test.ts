import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { callApi, createKey, useKey } from './demo-keys.ts';
import { expectFocus, focused, tabTo } from './focus.ts';
import { holdBack } from './hold-back.ts';

test('a key is created, renamed, rotated, disabled, enabled and revoked by keyboard alone', async () => {
  await using console = await startConsole();
  await createKey(console, { label: 'Another' });
  await using session = await console.open();
  const { page } = session;
  const press = (key: string) => page.keyboard.press(key);
  const copySecret = async () => {
    await expectFocus(page, 'button "Copy"');
    await press('Enter');
    await page.getByText('Copied to the clipboard.').waitFor();
    return page.evaluate<string>('navigator.clipboard.readText()');
  };

  await page.goto('/');
  await page.getByRole('heading', { name: 'Who would you like to be?' }).waitFor();
  await tabTo(page, 'button "Parent admin');
  await press('Enter');
  await page.getByText('Another').waitFor();
  await tabTo(page, 'link "Skip to the content"');
  await press('Enter');
  await tabTo(page, 'button "New API Key"');
  await press('Enter');

  await expectFocus(page, 'textbox "Label"');
  await page.keyboard.type('CI Pipeline');
  await press('Enter');
  await expectFocus(page, 'button "Copy"');
  await press('Escape');
  await page.getByText('Close without saving it?').waitFor();
  await expectFocus(page, 'button "Go back"');
  await press('Enter');
  const first = await copySecret();
  await tabTo(page, 'button "Done"');
  await press('Space');
  await expectFocus(page, 'button "New API Key"');

  await tabTo(page, 'link "Details of Another"');
  await press('ArrowUp');
  await expectFocus(page, 'link "Details of CI Pipeline"');
  await press('Enter');
  await tabTo(page, 'button "Rename"');
  await press('Enter');
  await expectFocus(page, 'textbox "New label for CI Pipeline"');
  await press('Escape');
  await expectFocus(page, 'button "Rename"');
  await press('Enter');
  await expectFocus(page, 'textbox "New label for CI Pipeline"');
  await page.keyboard.type('Deploy');
  await press('Enter');
  await page.getByText('Renamed to “Deploy”.').waitFor();
  await expectFocus(page, 'button "Rename"');

  await page.goBack();
  await expectFocus(page, 'link "Details of Deploy"');
  await press('End');
  await expectFocus(page, 'button "Actions for Deploy"');
  await press('Enter');
  await expectFocus(page, 'menuitem "Rename"');
  await press('ArrowDown');
  await press('Enter');
  await expectFocus(page, 'radio "For 24 hours" [checked]');
  await press('ArrowUp');
  await expectFocus(page, 'radio "For 6 hours" [checked]');
  await press('Enter');
  const second = await copySecret();
  await press('Escape');
  await expectFocus(page, 'button "Actions for Deploy"');

  await press('Home');
  await press('ArrowRight');
  await press('Enter');
  await tabTo(page, 'button "Disable"');
  await press('Enter');
  await expectFocus(page, 'button "Cancel"');
  await tabTo(page, 'button "Disable"');
  await press('Enter');
  await page.getByText('“Deploy” is disabled').waitFor();
  await expectFocus(page, 'button "Enable"');
  await press('Space');
  await expectFocus(page, 'button "Disable"');

  await page.goBack();
  await expectFocus(page, 'link "Details of Deploy"');
  await press('End');
  await press('Enter');
  await expectFocus(page, 'menuitem "Rename"');
  await press('End');
  await press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await press('Escape');
  await expectFocus(page, 'button "Actions for Deploy"');
  await press('Enter');
  await expectFocus(page, 'menuitem "Rename"');
  await press('ArrowUp');
  await press('Enter');
  await expectFocus(page, 'button "Cancel"');
  await tabTo(page, 'button "Revoke key"');
  await press('Enter');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  // Its menu is gone: the rest of its row has the focus.
  await expectFocus(page, 'link "Details of Deploy"');
  expect([await callApi(console, first), await callApi(console, second)]).toEqual([401, 401]);
});

test('the focus goes to the heading when the row that had it is gone', async () => {
  await using console = await startConsole();
  await useKey(console, await createKey(console, { label: 'Here' }));
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/api-access?status=active');
  await page.getByText('Here').waitFor();
  await tabTo(page, 'link "Details of Here"');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expectFocus(page, 'menuitem "Rename"');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expectFocus(page, 'button "Cancel"');
  await page.getByText('1 caller used it in the last 7 days').waitFor();
  await tabTo(page, 'button "Revoke key"');
  await page.keyboard.press('Enter');
  await page.getByText('No key matches').waitFor();
  await expect.poll(() => focused(page)).toBe('heading "API Access" [level=1]');
});

test('Tab goes through the whole page and around, and is kept nowhere', async () => {
  await using console = await startConsole();
  await createKey(console, { label: 'Here' });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByText('Here').waitFor();
  await tabTo(page, 'link "Skip to the content"');
  await tabTo(page, 'link "Details of Here"');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  await tabTo(page, 'button "Disable"');
  await tabTo(page, 'link "Skip to the content"');
});

test('a button keeps the focus while what it asked for is under way, and when it fails', async () => {
  await using console = await startConsole();
  const { id } = await createKey(console, { label: 'Here' });
  const disabled = { disabled: true };
  await console.send('parent-admin', `/api/v1/settings/api-keys/${id}`, disabled, 'PATCH');
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByText('Here').waitFor();
  await tabTo(page, 'link "Details of Here"');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Here' }).waitFor();
  await tabTo(page, 'button "Enable"');
  const release = await holdBack(page, '**/trpc/apiKeys.update', (route) =>
    route.fulfill({ status: 503, body: '{}' }),
  );
  await page.keyboard.press('Enter');
  await expectFocus(page, 'button "Enable" [disabled]');
  release();
  await page.getByRole('alert').waitFor();
  await expectFocus(page, 'button "Enable"');

  await page.unrouteAll();
  await tabTo(page, 'button "Try again"', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('“Here” works again').waitFor();
  // The note is gone, with its button.
  await expect.poll(() => focused(page)).toBe('main');
});
