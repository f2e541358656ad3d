import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, setAnthropicKey, signIn, startConsole } from './console.ts';
import { callApi, createKey, inDatabase, useKey } from './demo-keys.ts';
import { callAs, recordOf, rotateKey, submitAs } from './key-calls.ts';
import { route } from './route.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
  await setAnthropicKey(console);
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

async function openDetails(page: Page, label: string): Promise<void> {
  await page.getByRole('link', { name: `Details of ${label}`, exact: true }).click();
  await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
}

const daysAgo = (days: number) => Date.now() - days * 86_400_000;

test('KeyDetails counts the calls of a key in a sentence, a picture and a table, and lists them', async () => {
  const key = await createKey(console, { label: 'Counted', scopes: ['repos:read'] });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await openDetails(page, 'Counted');
  await page.getByText('No calls yet.').waitFor();

  expect(await callAs(console, key.raw, 'pipeline/1')).toBe(200);
  expect(await callAs(console, key.raw, 'pipeline/1')).toBe(200);
  expect(await callAs(console, key.raw, 'pipeline/1', '/api/v1/repos/987654')).toBe(404);
  expect(await submitAs(console, key.raw, 'audit-script')).toBe(403);

  // The page polls without a reload.
  const sentence = '4 calls in the last 24 hours, 2 failed.';
  await page.getByText(sentence, { exact: true }).waitFor();
  await page.getByRole('img', { name: sentence }).waitFor();
  await page.getByText('As a table').click();
  const table = page.getByRole('table', { name: 'Calls of the last 24 hours' });
  const heads = await table.getByRole('columnheader').allInnerTexts();
  expect(heads.slice(1)).toEqual(['Answered', 'Not found or invalid (4xx)', 'Not allowed (403)']);
  expect(await table.getByRole('cell').allInnerTexts()).toEqual(['2', '1', '1']);

  const last = page.getByRole('region', { name: 'Last calls' }).getByRole('listitem');
  // Refused requests of the key are counted, and are no calls.
  await expect.poll(() => last.count()).toBe(3);
  const missed = await last.nth(0).innerText();
  expect(missed).toContain('GET /api/v1/repos/{repo_id}');
  expect(missed).toContain('404');
  expect(missed).toContain('pipeline/1');
  expect(missed).toContain('127.0.0.1');
  expect(missed).toMatch(/\d ms/);
  expect(missed).toMatch(/Request\s+req_\w{20,}/);

  await page.getByLabel('7 days').check();
  await page.getByText('4 calls in the last 7 days, 2 failed.').waitFor();
});

test('KeyDetails is loaded when it is first opened, and keeps the focus while it is kept up to date', async () => {
  const key = await createKey(console, { label: 'Watched' });
  await useKey(console, key);
  await using session = await console.open();
  const { page } = session;
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await signIn(page, 'Parent admin');
  await page.getByRole('link', { name: 'Details of Watched', exact: true }).waitFor();
  expect(loaded.filter((url) => url.includes('key-page'))).toEqual([]);
  await openDetails(page, 'Watched');
  const parts = loaded.filter((url) => url.includes('/assets/key-page'));
  expect(parts.some((url) => url.endsWith('.css'))).toBe(true);

  await page.getByRole('radio', { name: '24 hours' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText('1 call in the last 7 days').waitFor();
  expect(await callAs(console, key.raw, 'test')).toBe(200);
  await page.getByText('2 calls in the last 7 days').waitFor();
  expect(await page.locator(':focus').getAttribute('type')).toBe('radio');
  await page.keyboard.press('ArrowLeft');
  await page.getByText('2 calls in the last 24 hours').waitFor();
});

test('KeyDetails says why the calls cannot be shown, with the request id, and tries again', async () => {
  await createKey(console, { label: 'Unlucky' });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await route(page, '**/trpc/apiKeys.usage?*', (caught) =>
    caught.fulfill({ status: 500, headers: { 'x-request-id': 'req-usage' }, body: '{}' }),
  );
  await openDetails(page, 'Unlucky');
  await page.getByText('req-usage').waitFor();
  await page.unroute('**/trpc/apiKeys.usage?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No calls yet.').waitFor();
});

test('RotationPanel names who still uses the old secret, and ends its grace', async () => {
  const old = await createKey(console, { label: 'Rotated' });
  const renewed = await rotateKey(console, old);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await openDetails(page, 'Rotated');
  await page.getByText('Not used since the rotation: it is safe to expire it.').waitFor();

  expect(await callAs(console, renewed.raw, 'already-moved/2')).toBe(200);
  expect(await callAs(console, old.raw, 'nightly-audit/1')).toBe(200);
  await page.getByText('1 caller still uses it.').waitFor();
  const callers = page.getByRole('list', { name: 'Who still uses the old secret' });
  const named = await callers.getByRole('listitem').allInnerTexts();
  expect(named).toHaveLength(1);
  expect(named[0]).toContain('nightly-audit/1');
  expect(named[0]).toContain('127.0.0.1');

  await page.getByRole('button', { name: 'Expire old secret now' }).click();
  const question = page.getByRole('alertdialog', { name: 'Expire the old secret of “Rotated”?' });
  await question.getByText('These fail with 401 until they have the new secret:').waitFor();
  await question.getByText('nightly-audit/1').waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  expect(await page.locator(':focus').innerText()).toBe('Expire old secret now');
  expect(await callApi(console, old.raw)).toBe(200);

  await page.keyboard.press('Enter');
  await question.getByRole('button', { name: 'Expire old secret now' }).click();
  await page.getByText('The old secret of “Rotated” is refused from now on.').waitFor();
  expect([await callApi(console, old.raw), await callApi(console, renewed.raw)]).toEqual([
    401, 200,
  ]);
  await page.getByText('Rotation under way').waitFor({ state: 'detached' });
  // The pressed button is gone: the focus stays with the key.
  expect(
    await page.locator(':focus').getByRole('heading', { name: 'Calls', exact: true }).count(),
  ).toBe(1);
});

test('RotationPanel goes away by itself when the grace has run out', async () => {
  const key = await createKey(console, { label: 'Ran out' });
  await rotateKey(console, key);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await openDetails(page, 'Ran out');
  await page.getByText('Not used since the rotation: it is safe to expire it.').waitFor();
  await inDatabase(
    console,
    'update api_key_secret set retires_at = ? where key_id = ? and retires_at is not null',
    Date.now(),
    key.id,
  );
  await page.getByText('Rotation under way').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
});

test('ScopeUse narrows a key to what it used, and gives it back', async () => {
  const key = await createKey(console, {
    label: 'Too much',
    scopes: ['repos:read', 'repos:analyze', 'extensions:read'],
  });
  await inDatabase(console, 'update api_key set created_at = ? where id = ?', daysAgo(100), key.id);
  await useKey(console, key);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await openDetails(page, 'Too much');
  const hint = page.getByRole('region', { name: 'What it uses' });
  await hint.getByText('Never used in 90 days:').waitFor();
  const lists = await hint.getByRole('list').allInnerTexts();
  expect(lists[0]?.split('\n')).toEqual(['repos:analyze', 'extensions:read']);
  expect(lists[1]).toContain('repos:read');
  expect(await submitAs(console, key.raw, 'test')).toBe(202);

  await hint.getByRole('button', { name: 'Narrow to what it uses' }).click();
  await hint.getByText('It may now do only this: Read repositories and reports.').waitFor();
  expect((await recordOf(console, key)).scopes).toEqual(['repos:read']);
  expect(await submitAs(console, key.raw, 'test')).toBe(403);
  expect(await page.locator(':focus').innerText()).toBe('Undo');

  await page.keyboard.press('Enter');
  await page.getByText('“Too much” may do again what it could before.').waitFor();
  expect(await submitAs(console, key.raw, 'test')).toBe(202);
});

test.each([
  [{ created: 200, used: null }, 'Never used in the 200 days since it was made.', 'Revoke'],
  [{ created: 200, used: 120 }, 'Not used for 120 days.', 'Revoke'],
  [{ created: 200, used: 1 }, 'Its secret is 200 days old.', 'Rotate'],
])('KeyReminder of a key with %o says: %s', async ({ created, used }, sentence, action) => {
  const label = `Aged ${created} ${used}`;
  const key = await createKey(console, { label });
  if (used !== null) {
    await useKey(console, key);
    await inDatabase(
      console,
      'update key_use set last_used_at = ? where key_id = ?',
      daysAgo(used),
      key.id,
    );
  }
  await inDatabase(
    console,
    'update api_key set created_at = ? where id = ?',
    daysAgo(created),
    key.id,
  );
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', `/settings/api-access?search=${encodeURIComponent(label)}`);
  await openDetails(page, label);
  const notice = page.locator('.key-details').locator('.notice', { hasText: sentence });
  await notice.getByRole('button', { name: action }).click();
  const dialog = page.locator('[aria-modal]');
  await dialog.waitFor();
  if (action === 'Revoke') return;

  // A new secret is not old, whatever the key's age.
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  const reveal = page.getByRole('dialog', { name: 'Your new secret' });
  await reveal.getByLabel('I have saved it').check();
  await reveal.getByRole('button', { name: 'Done' }).click();
  await notice.waitFor({ state: 'detached' });
});
