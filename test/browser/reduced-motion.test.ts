import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { holdBack } from './hold-back.ts';

/**
 * The moving elements: animations and transitions with a duration, on everything that the page
 * shows.
 */
const moving = `[...document.querySelectorAll('*')].filter((each) => {
  const { animationName, animationDuration, transitionDuration } = getComputedStyle(each);
  const takesTime = (list) => list.split(', ').some((duration) => parseFloat(duration) > 0);
  return (animationName !== 'none' && takesTime(animationDuration)) || takesTime(transitionDuration);
}).length`;

async function movingIn(page: Page): Promise<number[]> {
  const release = await holdBack(page, '**/trpc/apiKeys.list?*');
  await signIn(page, 'Parent admin');
  await page.getByRole('status', { name: 'Loading' }).waitFor();
  const loading = await page.evaluate<number>(moving);
  release();
  await page.getByText('No keys yet').waitFor();
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  await page.getByRole('dialog').waitFor();
  return [loading, await page.evaluate<number>(moving)];
}

test('nothing moves for those who asked for less motion', async () => {
  await using console = await startConsole();
  await using still = await console.open({ reducedMotion: 'reduce' });
  expect(await movingIn(still.page)).toEqual([0, 0]);
  await using lively = await console.open({ reducedMotion: 'no-preference' });
  expect(Math.min(...(await movingIn(lively.page)))).toBeGreaterThan(0);
});

test('the chosen theme beats the system’s and survives a reload; forced colours leave edges', async () => {
  await using console = await startConsole();
  await using session = await console.open({ colorScheme: 'dark' });
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/sub-orgs');
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const dark = await ground();
  await page.getByRole('button', { name: 'Theme: System' }).click();
  await page.getByRole('button', { name: 'Theme: Light' }).waitFor();
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  await page.getByRole('button', { name: 'Theme: Light' }).waitFor();
  expect(await ground()).toBe(light);
  await page.getByRole('button', { name: 'Theme: Light' }).click();
  expect(await ground()).toBe(dark);
  await page.getByRole('button', { name: 'Theme: Dark' }).click();
  await page.getByRole('button', { name: 'Theme: System' }).waitFor();

  await page.emulateMedia({ forcedColors: 'active' });
  const edge = "getComputedStyle(document.querySelector('.chip')).borderTopWidth";
  expect(await page.evaluate<string>(edge)).toBe('1px');
  const current = "getComputedStyle(document.querySelector('[aria-current]')).outlineWidth";
  expect(await page.evaluate<string>(current)).toBe('2px');
});
