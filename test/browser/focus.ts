import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** More stops than this, and whatever is looked for cannot be reached. */
const farthest = 80;

/** The focused element, as a screen reader says it: `button "Done"`. */
export async function focused(page: Page): Promise<string> {
  const focus = page.locator(':focus');
  if ((await focus.count()) === 0) return 'nothing';
  const [line = ''] = (await focus.ariaSnapshot()).split('\n');
  return /\w+( "([^"\\]|\\.)*")?( \[[^\]]+\])*/.exec(line)?.[0] ?? line;
}

/** Presses Tab, or Shift+Tab, until something has the focus. Each stop on the way must be seen. */
export async function tabTo(page: Page, wanted: string, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  const stops: string[] = [];
  while (stops.length < farthest) {
    await page.keyboard.press(key);
    const stop = await focused(page);
    stops.push(stop);
    // After the last element comes the browser around the page, and then the first.
    if (stop === 'nothing') continue;
    expect({ stop, ...(await look(page)) }).toEqual({ stop, hasRing: true, isInView: true });
    if (stop.startsWith(wanted)) return;
  }
  expect(stops).toContain(wanted);
}

/** Expects something to get the focus, and a ring around it. */
export async function expectFocus(page: Page, wanted: string): Promise<void> {
  await expect.poll(() => focused(page)).toBe(wanted);
  expect((await look(page)).hasRing).toBe(true);
}

function look(page: Page) {
  return page.evaluate<{ hasRing: boolean; isInView: boolean }>(`(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const { top, bottom, width } = document.activeElement.getBoundingClientRect();
    return {
      hasRing: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      isInView: width > 0 && bottom > 0 && top < innerHeight,
    };
  })()`);
}
