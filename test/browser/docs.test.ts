import { expect, test } from 'vitest';
import { expectSoundInEveryLook } from './axe.ts';
import { startConsole } from './console.ts';

test('the description of the API reads well: in both themes, narrow and wide, closed and open', async () => {
  await using started = await startConsole();
  await using page = await started.open();
  await page.page.goto('/docs');
  await expectSoundInEveryLook(page.page, 'closed');
  await page.page.getByText('Issue an API key').click();
  expect(await page.page.locator('details[open]').count()).toBe(1);
  await expectSoundInEveryLook(page.page, 'open');
});
