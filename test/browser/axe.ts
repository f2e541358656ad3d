import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Expects a page, as it stands, to break no rule of accessibility that axe knows. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${state}: ${id} at ${node.target.join(' ')}: ${node.failureSummary}`),
  );
  expect(found).toEqual([]);
}

/** Looks at a state in both themes, narrow and wide, without leaving it. */
export async function expectSoundInEveryLook(page: Page, state: string): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const look = `${state}, ${colorScheme}, ${width}`;
      await expectAccessible(page, look);
      await expectNoSidewaysScroll(page, look);
    }
  }
}

/** Expects a page to fit its width: nothing is cut off or has to be scrolled to sideways. */
export async function expectNoSidewaysScroll(page: Page, state: string): Promise<void> {
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect({ state, overflow }).toEqual({ state, overflow: 0 });
}
