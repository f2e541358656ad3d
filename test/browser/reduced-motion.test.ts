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
