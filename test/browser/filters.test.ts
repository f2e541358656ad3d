import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';

test('a filter that is taken back shows again what the list had shown without it', async () => {
  await using console = await startConsole();
  await createKey(console, { label: 'Works' });
  const { id } = await createKey(console, { label: 'Gone' });
  await console.send('parent-admin', `/api/v1/settings/api-keys/${id}`, undefined, 'DELETE');
  await using session = await console.open();
  const { page } = session;
  // Cached answers stay fresh, however slow the machine.
  await page.clock.setFixedTime(new Date());
  await signIn(page, 'Parent admin');
  const status = page.getByRole('combobox', { name: 'Status' });
  const details = page.getByRole('button', { name: /^Details of / });
  const shows = (labels: string[]) =>
    expect
      .poll(() => details.allTextContents())
      .toEqual(labels.map((label) => `Details of ${label}`));

  await shows(['Gone', 'Works']);
  // The second time the list begins with the cached rows.
  for (const section of ['API Access', 'Jobs', 'API Access']) {
    await page.getByRole('link', { name: section }).click();
    await page.getByRole('heading', { level: 1, name: section }).waitFor();
  }
  await status.selectOption('Active');
  await shows(['Works']);
  await status.selectOption('Any status');
  await shows(['Gone', 'Works']);
  await status.selectOption('Expired');
  await page.getByText('No key matches these filters.').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await shows(['Gone', 'Works']);

  // A pause after the first word searches for it; the space typed before it stays.
  await page.clock.install();
  const search = page.getByRole('searchbox');
  await search.pressSequentially('CI ');
  await page.clock.runFor(1_000);
  await expect.poll(() => page.url()).toMatch(/search=CI$/);
  expect(await search.inputValue()).toBe('CI ');
  await search.pressSequentially('Pipeline');
  expect(await search.inputValue()).toBe('CI Pipeline');
  await page.clock.runFor(1_000);
  await expect.poll(() => page.url()).toMatch(/search=CI\+Pipeline$/);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect.poll(() => search.inputValue()).toBe('');
});
