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
  await row.scrollIntoViewIfNeeded();
  expect(await page.evaluate('scrollY')).not.toBe(0);
  await row.click();
  await page.getByRole('heading', { level: 1, name: 'Key 3' }).waitFor();
  expect(await page.evaluate('scrollY')).toBe(0);
  await page.goBack();
  await expect.poll(() => focused(page)).toBe('link "Details of Key 3"');
  expect(new URL(page.url()).search).toBe('?search=Key');
  const isInView = `(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  })()`;
  await expect.poll(() => page.evaluate(isInView)).toBe(true);

  await page.goto('/settings/api-access?key=key_unknown');
  await page.getByText('This organization has no such key.').waitFor();
  await page.getByRole('link', { name: 'All keys' }).click();
  await page.getByRole('link', { name: 'Details of Kept' }).waitFor();
});
