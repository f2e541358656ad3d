import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maskKey } from '../../core/mod.ts';
import { expectSoundInEveryLook } from './axe.ts';
import { chooseForKey, type RunningConsole, signIn, startConsole } from './console.ts';
import { callApi, createKey, inDatabase, type NewKey, useKey } from './demo-keys.ts';
import { expectFocus } from './focus.ts';
import { holdBack } from './hold-back.ts';

let console: RunningConsole;
const day = 86_400_000;
/** A member who has left. */
const gone = 'user_2wPzKq7Yh3JmNd5Vt8Rb1XcFs6L';
const made: NewKey[] = [];

beforeAll(async () => {
  console = await startConsole();
  const name = 'Payments-and-settlement-of-the-northern-region';
  await inDatabase(console, 'update sub_org set name = ? where id = 1', name);
  for (let n = 0; n < 30; n++) {
    const label = n === 29 ? `pipeline-${'of-a-long-name-'.repeat(6)}` : `Left behind ${n}`;
    const key = await createKey(console, { label, sub_org_id: n % 2 === 0 ? 1 : null });
    await inDatabase(console, 'update api_key set created_by = ? where id = ?', gone, key.id);
    made.push(key);
  }
  const old = await createKey(console, { label: 'Old one' });
  await inDatabase(
    console,
    'update api_key set created_at = ? where id = ?',
    Date.now() - 200 * day,
    old.id,
  );
  await createKey(console, { label: 'Ends soon', expires_in_days: 5 });
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

const labels = (page: Page) => page.locator('.grid .record-label');
const parameters = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

test('the list shows at least 14 rows of 40 pixels below strip, search and head, and fits every width', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByText('32 keys').waitFor();
  const rows = await page.locator('.grid tbody .row').all();
  const boxes = await Promise.all(rows.map((row) => row.boundingBox()));
  expect(new Set(boxes.map((box) => box?.height))).toEqual(new Set([40]));
  const inView = boxes.filter((box) => box !== null && box.y + box.height <= 900);
  expect(inView.length).toBeGreaterThanOrEqual(14);
  for (const part of ['.strip', '.search', '.grid thead']) {
    expect((await page.locator(part).boundingBox())?.y).toBeGreaterThan(0);
  }
  const overflow: Record<number, number> = {};
  for (const width of [320, 600, 639, 640, 768, 900, 1024, 1119, 1215, 1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (beyond > 0) overflow[width] = beyond;
  }
  expect(overflow).toEqual({});
  // The head stays in view.
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.locator('.grid tbody .row').last().scrollIntoViewIfNeeded();
  expect((await page.locator('.grid thead').boundingBox())?.y).toBe(0);
});

test('the grid has one tab stop; arrows, Home, End and Page Down move inside, Enter activates', async () => {
  await using session = await console.open();
  const { page } = session;
  const press = (key: string) => page.keyboard.press(key);
  await signIn(page, 'Parent admin');
  await page.getByText('32 keys').waitFor();
  const stops = () =>
    page.evaluate<number>(`[...document.querySelectorAll('.grid, .grid *')]
      .filter((element) => element.tabIndex >= 0).length`);
  await expect.poll(stops).toBe(1);
  // With many keys, too, the whole page has few stops.
  const ofPage = await page.evaluate<number>(`[...document.querySelectorAll('*')]
    .filter((element) => element.tabIndex >= 0 && element.checkVisibility()).length`);
  expect(ofPage).toBeLessThanOrEqual(30);

  await page.getByRole('button', { name: 'Export CSV' }).focus();
  await press('Tab');
  await expectFocus(page, 'link "Details of Ends soon"');
  await press('ArrowDown');
  await expectFocus(page, `link "Details of pipeline-${'of-a-long-name-'.repeat(6)}"`);
  await press('PageDown');
  await expectFocus(page, 'link "Details of Left behind 19"');
  await press('ArrowRight');
  await press('ArrowRight');
  await press('ArrowLeft');
  await expectFocus(page, `button "${gone}"`);
  await press('End');
  await expectFocus(page, 'button "Actions for Left behind 19"');
  await press('Enter');
  await expectFocus(page, 'menuitem "Rename"');
  await press('ArrowUp');
  await expectFocus(page, 'menuitem "Revoke"');
  await press('d');
  await expectFocus(page, 'menuitem "Disable"');
  await press('Escape');
  await expectFocus(page, 'button "Actions for Left behind 19"');
  await press('Home');
  await press('Shift+F10');
  await expectFocus(page, 'menuitem "Rename"');
  await press('Escape');
  await press('Home');
  await press('Space');
  await page.getByText('1 key selected').waitFor();
  expect(await stops()).toBe(1);

  // The exact moment stands in the cell that has the focus, and is read once.
  await press('Control+Home');
  await press('ArrowDown');
  for (let n = 0; n < 5; n++) await press('ArrowRight');
  const time = page.locator('.grid time:focus');
  await time.getByText('UTC').waitFor();
  expect(await time.locator(':scope > [aria-hidden]').textContent()).toBe('4 d');
  expect(await time.locator('.time-exact').textContent()).toMatch(
    /^in 4 days, .* UTC.* your time$/,
  );
  await press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Ends soon' }).waitFor();
  await page.goBack();
  await expectFocus(page, 'link "Details of Ends soon"');
  await press('/');
  await expectFocus(page, 'searchbox "Search keys"');
  await page.keyboard.type('a/b');
  expect(await page.getByRole('searchbox').inputValue()).toBe('a/b');
});

test('the strip counts what needs attention; each part is a filter in the URL', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByRole('button', { name: 'Unused 1' }).click();
  await page.getByText('1 key found').waitFor();
  expect(await labels(page).allTextContents()).toEqual(['Old one']);
  expect(parameters(page)).toEqual({ attention: 'unused' });
  await page.getByRole('button', { name: 'Expiring 1' }).click();
  await page.getByText('Ends soon').waitFor();
  await page.getByText('Old one').waitFor({ state: 'detached' });
  expect(await page.locator('.cell-expiry[data-soon]').count()).toBe(1);
  await page.reload();
  await page.getByRole('button', { name: 'Expiring 1', pressed: true }).click();
  await page.getByText('32 keys').waitFor();
  expect(parameters(page)).toEqual({});

  const status = page.getByRole('combobox', { name: 'Status' });
  await status.selectOption('Expired');
  await page.getByText('No key matches these filters.').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByText('32 keys').waitFor();
  await page.getByRole('button', { name: gone }).first().click();
  await page.getByText('30 keys found').waitFor();
  expect(parameters(page)).toEqual({ owner: gone });
  await page.getByRole('button', { name: `Owner ${gone}: show every owner` }).click();
  await page.getByText('32 keys').waitFor();

  // A pause after the first word searches for it; the space typed before it stays.
  await page.clock.install();
  const search = page.getByRole('searchbox');
  await search.pressSequentially('Old ');
  await page.clock.runFor(1_000);
  await expect.poll(() => page.url()).toMatch(/search=Old$/);
  expect(await search.inputValue()).toBe('Old ');
  await search.pressSequentially('one');
  await page.clock.runFor(1_000);
  await expect.poll(() => page.url()).toMatch(/search=Old\+one$/);
});

test('a pasted secret becomes its preview, and its key can be rotated, revoked or reported', async () => {
  await using session = await console.open();
  const { page } = session;
  const { raw } = await createKey(console, { label: 'Pasted' });
  await signIn(page, 'Parent admin');
  const search = page.getByRole('searchbox');
  await search.fill(`Authorization: Bearer ${raw}`);
  expect(await search.inputValue()).toBe(maskKey(raw));
  const found = page.locator('.found');
  await found.getByText('This secret belongs to “Pasted”.').waitFor();
  await expectSoundInEveryLook(page, 'a pasted secret');
  await page.setViewportSize({ width: 1280, height: 900 });
  await found.getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('dialog', { name: 'Rotate “Pasted”?' }).waitFor();
  await page.keyboard.press('Escape');
  await found.getByRole('button', { name: 'Report leak' }).click();
  const question = page.getByRole('alertdialog', { name: 'Revoke “Pasted”?' });
  expect(await question.getByLabel('Reason').inputValue()).toBe('leaked');
  await question.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('“Pasted” is revoked').waitFor();
  expect(await callApi(console, raw)).toBe(401);
  expect(await found.count()).toBe(0);
});

test('thirty keys of a colleague who left are taken over with four clicks', async () => {
  const [first, second] = made;
  if (first === undefined || second === undefined) throw new Error('no keys');
  expect(await callApi(console, first.raw)).toBe(403);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByRole('button', { name: 'Blocked 30' }).click();
  await page.getByText('30 keys found').waitFor();
  expect(await page.getByText('Owner left').count()).toBe(30);

  // A range by Shift, for other jobs.
  const box = (label: string) => page.getByLabel(`Select ${label}`, { exact: true });
  await box('Left behind 10').check();
  await box('Left behind 14').click({ modifiers: ['Shift'] });
  await page.getByText('5 keys selected').waitFor();
  await expectSoundInEveryLook(page, 'a selection');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const disabling = page.getByRole('alertdialog', { name: 'Disable 5 keys?' });
  await disabling.getByText('None was used in the last 7 days.').waitFor();
  await expectSoundInEveryLook(page, 'a question about many keys');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear selection' }).click();

  // One is revoked elsewhere: its failure is shown, and the others are done.
  await page.getByLabel('Select all keys on this page').check();
  await page.getByText('30 keys selected').waitFor();
  const path = `/api/v1/settings/api-keys/${second.id}`;
  await console.send('parent-admin', path, undefined, 'DELETE');
  await page.locator('.bulk').getByRole('button', { name: 'Take over' }).click();
  const question = page.getByRole('alertdialog', { name: 'Take over 30 keys?' });
  await question.getByRole('button', { name: 'Take over' }).click();
  const outcome = page.getByRole('dialog', { name: '1 of 30 keys could not be changed' });
  await outcome.getByText('29 keys are now yours.').waitFor();
  await outcome.getByText('Left behind 1', { exact: true }).waitFor();
  await expectSoundInEveryLook(page, 'an outcome with a failure');
  await page.setViewportSize({ width: 1280, height: 900 });
  await outcome.getByRole('button', { name: 'Retry 1 key' }).click();
  await outcome.getByRole('button', { name: 'Retry 1 key' }).waitFor();
  await outcome.getByRole('button', { name: 'Close', exact: true }).last().click();
  await page.getByText('No key matches these filters.').waitFor();
  expect(await callApi(console, first.raw)).toBe(200);
});

test('one key is taken over from its row, and handed over to a service account from its menu', async () => {
  const key = await createKey(console, { label: 'Single' });
  await inDatabase(console, 'update api_key set created_by = ? where id = ?', gone, key.id);
  const account = { name: 'Deploy robot', role: 'engineer' };
  await console.send('parent-admin', '/api/v1/settings/service-accounts', account);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/api-access?search=Single');
  await page.getByRole('button', { name: 'Take over Single' }).click();
  const taking = page.getByRole('alertdialog', { name: 'Take over “Single”?' });
  await taking.getByRole('button', { name: 'Take over' }).click();
  await page.getByRole('gridcell', { name: 'Active' }).waitFor();
  expect(await callApi(console, key.raw)).toBe(200);
  await chooseForKey(page, 'Single', 'Hand over');
  const handing = page.getByRole('alertdialog', { name: 'Hand over “Single”?' });
  await handing.getByLabel('Service account').selectOption('Deploy robot (engineer)');
  await handing.getByRole('button', { name: 'Hand over' }).click();
  await page.getByRole('button', { name: 'Deploy robot', exact: true }).waitFor();
});

test('a key in use cannot be revoked before its callers are shown', async () => {
  const key = await createKey(console, { label: 'Slow' });
  await useKey(console, key);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  const release = await holdBack(page, '**/trpc/apiKeys.usage?*');
  await chooseForKey(page, 'Slow', 'Revoke');
  const confirm = page.getByRole('button', { name: 'Revoke key', exact: true });
  await confirm.waitFor();
  expect(await confirm.isDisabled()).toBe(true);
  release();
  await expect.poll(() => confirm.isDisabled()).toBe(false);
});
