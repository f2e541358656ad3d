import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';

test('a list says that it cannot be had while the browser is offline, and comes with Try again', async () => {
  await using console = await startConsole();
  await createKey(console, { label: 'Far away' });
  await using session = await console.open({ expectsFailedLoads: true });
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByText('Far away').first().waitFor();
  await session.context.setOffline(true);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Active');
  await page.getByText('The server did not answer').first().waitFor();
  await session.context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByText('Far away').first().waitFor();
  expect(await page.getByText('The server did not answer').count()).toBe(0);
});
