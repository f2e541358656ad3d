import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './axe.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey } from './demo-keys.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
  await createKey(console, { label: 'CI Pipeline' });
});
afterAll(() => console[Symbol.asyncDispose]());

async function expectSound(page: Page, state: string): Promise<void> {
  await expectAccessible(page, state);
  await expectNoSidewaysScroll(page, state);
}

describe.each([
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'dark', width: 320 },
] as const)('$colorScheme, $width pixels wide', ({ colorScheme, width }) => {
  const look = { colorScheme, viewport: { width, height: 900 } };

  test('signing in, the list, and the dialogs of a key break no rule of accessibility', async () => {
    await using session = await console.open(look);
    const { page } = session;
    await page.goto('/');
    await page.getByRole('heading', { name: 'Who would you like to be?' }).waitFor();
    await expectSound(page, 'signing in');
    await signIn(page, 'Parent admin');
    await page.getByText('CI Pipeline').first().waitFor();
    await expectSound(page, 'the list');
    await page.getByRole('button', { name: 'New API Key' }).first().click();
    await page.getByRole('dialog').getByLabel('Label').fill(`Look ${colorScheme} ${width}`);
    await expectSound(page, 'a new key');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('dialog', { name: 'Your new API key' }).waitFor();
    await expectSound(page, 'the reveal');
    expect(await page.getByRole('dialog').count()).toBe(1);
  });

  test.each([
    ['Parent member', 'You cannot manage API keys'],
    ['Tier 1 admin', 'API access comes with Tier 3'],
  ])('what %s sees breaks no rule of accessibility', async (persona, telling) => {
    await using session = await console.open(look);
    const { page } = session;
    await signIn(page, persona);
    await page.getByText(telling).waitFor();
    await expectSound(page, persona);
  });
});
