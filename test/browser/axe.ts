import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/**
 * The rules that a theme can break: only `tokens.css` depends on the theme, and it sets only
 * colours.
 */
const rulesOfColour = ['color-contrast', 'link-in-text-block'];

/**
 * Checks a state in both themes and under forced colours, narrow and wide, without leaving it. It must
 * break no rule of accessibility that axe knows, nor be wider than its window.
 */
export async function expectSoundInEveryLook(page: Page, state: string): Promise<void> {
  const found: string[] = [];
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await show(page, { colorScheme });
      const faults = await violations(page, colorScheme === 'light' ? 'every' : rulesOfColour);
      found.push(...faults.map((fault) => `${colorScheme}, ${width}: ${fault}`));
    }
    await show(page, { colorScheme: null, forcedColors: 'active' });
    const faults = await violations(page, rulesOfColour);
    found.push(...faults.map((fault) => `forced colours, ${width}: ${fault}`));
    await page.emulateMedia({ forcedColors: null });
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (overflow > 0) found.push(`${width}: scrolls ${overflow} pixels sideways`);
  }
  await page.emulateMedia({ colorScheme: null });
  expect({ state, found }).toEqual({ state, found: [] });
}

/** Shows a page in a look, and waits until it is painted: until then axe may see colours of two looks. */
async function show(page: Page, look: Parameters<Page['emulateMedia']>[0]): Promise<void> {
  await page.emulateMedia(look);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
}

/** The violations that axe finds in a page. The page keeps axe, because loading it takes longer. */
async function violations(page: Page, rules: 'every' | readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  const options: axe.RunOptions = {
    resultTypes: ['violations'],
    // Off by default, though WCAG 2.2 requires it.
    ...(rules === 'every'
      ? { rules: { 'target-size': { enabled: true } } }
      : { runOnly: { type: 'rule', values: [...rules] } }),
  };
  const results = await page.evaluate<axe.AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}
