import type { Locator } from 'playwright-core';

/** An admin's hand on the page, which counts its steps. */
export function startHand() {
  let steps = 0;
  return {
    /** The steps since the page was at rest. */
    steps: () => steps,
    async click(target: Locator): Promise<void> {
      steps++;
      await target.click();
    },
    async choose(field: Locator, option: string): Promise<void> {
      steps++;
      await field.selectOption(option);
    },
    /** Types or pastes a text. */
    async type(field: Locator, text: string): Promise<void> {
      steps++;
      await field.fill(text);
    },
  };
}

export type Hand = ReturnType<typeof startHand>;
