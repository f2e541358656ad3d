import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';

test('a changed form asks before Escape, a click outside, the close button, Back or a reload loses it', async () => {
  await using console = await startConsole();
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/jobs');
  await page.getByRole('link', { name: 'Sub-organizations' }).click();
  await page.getByRole('button', { name: 'New sub-organization' }).click();
  const form = page.getByRole('dialog');
  const name = form.getByRole('textbox');
  const question = form.getByRole('alert').filter({ hasText: 'Discard your changes?' });
  const leave = {
    Escape: () => page.keyboard.press('Escape'),
    outside: () => page.mouse.click(5, 5),
    close: () => form.getByRole('button', { name: 'Close' }).click(),
    Back: () => page.goBack(),
  };
  await name.fill('Half a na');
  for (const act of Object.values(leave)) {
    await act();
    await question.waitFor();
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await name.inputValue()).toBe('Half a na');
    expect(page.url()).toMatch(/sub-orgs|sub-organizations/);
  }
  const asked = page.waitForEvent('dialog');
  const leaving = page.close({ runBeforeUnload: true });
  const unload = await asked;
  expect(unload.type()).toBe('beforeunload');
  await unload.dismiss();
  await leaving;

  await page.keyboard.press('Escape');
  await question.getByRole('button', { name: 'Discard changes' }).click();
  await form.waitFor({ state: 'detached' });

  // What was taken back is no change.
  await page.getByRole('button', { name: 'New sub-organization' }).click();
  await name.fill('x');
  await name.fill('');
  await page.keyboard.press('Escape');
  await form.waitFor({ state: 'detached' });
});
