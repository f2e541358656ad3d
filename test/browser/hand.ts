import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { focused } from './focus.ts';

/** The devices with which an admin can do everything. */
export const devices = ['pointer', 'keyboard'] as const;

/** An admin's hand on the page, which counts its steps. */
export interface Hand {
  click(target: Locator): Promise<void>;
  /** A click that is no step: the close of a reveal. */
  dismiss(target: Locator): Promise<void>;
  choose(field: Locator, option: string): Promise<void>;
  type(field: Locator, text: string): Promise<void>;
  paste(field: Locator, text: string): Promise<void>;
  /** Expects a job to have taken so many steps since the page was at rest, and to leave the focus somewhere. */
  expectDone(most: number): Promise<void>;
}

/** Makes a hand that uses one device: a keyboard's goes from control to control with few presses. */
export function startHand(page: Page, device: (typeof devices)[number]): Hand {
  const { press, choose, type, paste } = device === 'pointer' ? pointer : keyboard(page);
  let steps = 0;
  const counted =
    <Arguments extends unknown[]>(act: (...args: Arguments) => Promise<unknown>) =>
    async (...args: Arguments) => {
      steps++;
      await act(...args);
    };
  return {
    click: counted(press),
    dismiss: press,
    choose: counted(choose),
    type: counted(type),
    paste: counted(paste),
    async expectDone(most) {
      expect(steps).toBeLessThanOrEqual(most);
      await expect.poll(() => focused(page)).not.toBe('nothing');
    },
  };
}

const pointer = {
  press: (target: Locator) => target.click(),
  choose: async (field: Locator, option: string) => void (await field.selectOption(option)),
  type: (field: Locator, text: string) => field.fill(text),
  paste: (field: Locator, text: string) => field.fill(text),
};

/** The most keys that may be pressed to get from one control to the next. */
const farthest = 30;

function keyboard({ keyboard }: Page): typeof pointer {
  /** Presses the key that `next` answers, until it answers none. */
  async function pressUntil(control: Locator, next: Next, argument = ''): Promise<void> {
    const pressed: string[] = [];
    while (pressed.length <= farthest) {
      const key = await control.evaluate(next, argument);
      if (key === null) return;
      pressed.push(key);
      await keyboard.press(key);
    }
    throw new Error(`${control} is too far away: ${pressed.join(' ')}`);
  }
  const reach = (target: Locator) => pressUntil(controlOf(target), keyTowards);
  const reachAll = async (field: Locator) => {
    await reach(field);
    await keyboard.press('ControlOrMeta+A');
  };
  return {
    async press(target) {
      await reach(target);
      await keyboard.press(await controlOf(target).evaluate(keyThatActivates, ''));
    },
    async choose(field, option) {
      await reach(field);
      await pressUntil(field, keyTowardsOption, option);
    },
    async type(field, text) {
      await reachAll(field);
      await keyboard.type(text);
    },
    async paste(field, text) {
      await reachAll(field);
      await keyboard.insertText(text);
    },
  };
}

/** The control that a text belongs to. */
function controlOf(target: Locator): Locator {
  const roles = ['menuitem', 'option'].map((role) => `@role="${role}"`);
  const names = ['a', 'button', 'input', 'select', 'summary'].map((name) => `self::${name}`);
  return target.locator(`xpath=ancestor-or-self::*[${[...names, ...roles].join(' or ')}][1]`);
}

// As text: these tests are checked without a browser's types.
const inPage = <Key>(body: string) =>
  new Function('it', 'option', body) as (it: unknown, option: string) => Key;

type Next = (it: unknown, option: string) => string | null;

const keyThatActivates = inPage<string>(`return it.matches('input') ? 'Space' : 'Enter';`);

const keyTowardsOption: Next = inPage(`
  const place = (value) => [...it.options].findIndex((each) => each.value === value);
  const away = place(option) - place(it.value);
  return away === 0 ? null : away > 0 ? 'ArrowDown' : 'ArrowUp';`);

/**
 * The key that brings the focus nearer to a control: arrows inside a menu, a list, a group of radio
 * buttons and a grid, `/` for the search, Tab elsewhere; null on the control.
 */
const keyTowards: Next = inPage(`
  const at = document.activeElement;
  if (it === at || it.id !== '' && it.id === at.getAttribute('aria-activedescendant')) return null;
  if (it.matches('[role="menuitem"], [role="option"]')) return 'ArrowDown';
  if (it.type === 'radio' && at.type === 'radio' && it.name === at.name) {
    const isAfter = at.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_FOLLOWING;
    return isAfter ? 'ArrowDown' : 'ArrowUp';
  }
  const rowOf = (element) => element.closest('[role="grid"] tr[data-grid-row]');
  const [here, there] = [rowOf(at), rowOf(it)];
  if (here && there) {
    const rows = [...here.closest('[role="grid"]').querySelectorAll('tr[data-grid-row]')];
    const down = rows.indexOf(there) - rows.indexOf(here);
    if (down !== 0) {
      const isFar = Math.abs(down) >= 10;
      return (isFar ? 'Page' : 'Arrow') + (down > 0 ? 'Down' : 'Up');
    }
    const cells = [...here.cells].filter((cell) => cell.getClientRects().length > 0);
    const [from, to] = [at, it].map((each) => cells.indexOf(each.closest('td, th')));
    if (to === 0) return 'Home';
    if (to === cells.length - 1) return 'End';
    return from < to ? 'ArrowRight' : 'ArrowLeft';
  }
  if (it.type === 'search' && !at.matches('input')) return '/';
  const isBefore = at.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING;
  return isBefore && at !== document.body ? 'Shift+Tab' : 'Tab';
`);
