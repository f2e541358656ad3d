import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';
import { focused } from './focus.ts';

test('KeyPage has an address, a history in sentences, and a way back to its row and filter', async () => {
  await using console = await startConsole();
  for (let n = 0; n < 40; n++) await createKey(console, { label: `Key ${n}` });
  const key = await createKey(console, { label: 'Kept' });
  await using session = await console.open();
  const { page } = session;
  const address = `/settings/api-access?key=${key.id}`;
  const heading = page.getByRole('heading', { level: 1, name: 'Kept' });
  await signIn(page, 'Parent admin', address);
  await heading.waitFor();
  const history = page.getByRole('region', { name: 'History' });
  await history.getByRole('row').filter({ hasText: 'created' }).getByText('Kept').waitFor();
  await page.reload();
  await heading.waitFor();

  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByLabel('Search keys').fill('Key');
  await page.waitForURL('**/settings/api-access?search=Key');
  await page.getByRole('link', { name: 'Details of Kept' }).waitFor({ state: 'detached' });
  const row = page.getByRole('link', { name: 'Details of Key 3', exact: true });
  const scrolled = () => page.evaluate<number>('scrollY');
  await row.focus();
  const left = await scrolled();
  expect(left).toBeGreaterThan(100);
  const expectAsLeft = async () => {
    await expect.poll(() => focused(page)).toBe('link "Details of Key 3"');
    // Whatever else follows a change of the address has happened two frames later.
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    expect(Math.abs((await scrolled()) - left)).toBeLessThanOrEqual(1);
    expect(new URL(page.url()).search).toBe('?search=Key');
  };
  const one = page.getByRole('heading', { level: 1, name: 'Key 3' });
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('heading "Key 3" [level=1]');
  expect(await scrolled()).toBe(0);
  await page.goBack();
  await expectAsLeft();
  await page.goForward();
  await one.waitFor();
  await page.getByRole('link', { name: 'All keys' }).click();
  await expectAsLeft();
  // The rows come from the server again, after the page.
  await page.goForward();
  await one.waitFor();
  await page.reload();
  await one.waitFor();
  await page.goBack();
  await expectAsLeft();
  // A reload of the list stays where it was.
  await page.reload();
  await row.waitFor();
  await expect.poll(async () => Math.abs((await scrolled()) - left)).toBeLessThanOrEqual(1);

  // An entry that Back left, too: what was true of it before is over once it is left again.
  await page.goBack();
  await heading.waitFor();
  await page.goForward();
  await row.waitFor();
  expect(Math.abs((await scrolled()) - left)).toBeLessThanOrEqual(1);
  await page.getByRole('link', { name: 'Details of Key 25' }).focus();
  const higher = await scrolled();
  expect(higher).toBeLessThan(left - 1);
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('heading "Key 25" [level=1]');
  await page.goBack();
  await expect.poll(() => focused(page)).toBe('link "Details of Key 25"');
  expect(Math.abs((await scrolled()) - higher)).toBeLessThanOrEqual(1);

  await page.goto('/settings/api-access?key=key_unknown');
  await page.getByText('This organization has no such key.').waitFor();
  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByRole('link', { name: 'Details of Kept' }).waitFor();
});
