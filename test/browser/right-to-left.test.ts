import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSoundInEveryLook } from './axe.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, useKey } from './demo-keys.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

// As text: these tests are checked without a browser's types.
const leftsOf = new Function(
  'line',
  'parts',
  `const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const lefts = [];
  while (walker.nextNode()) {
    for (const part of parts.slice(lefts.length)) {
      const start = walker.currentNode.data.indexOf(part);
      if (start === -1) break;
      const range = document.createRange();
      range.setStart(walker.currentNode, start);
      range.setEnd(walker.currentNode, start + part.length);
      lefts.push(range.getBoundingClientRect().left);
    }
  }
  return lefts;`,
) as (line: unknown, parts: readonly string[]) => number[];

/** Expects parts of a line of text to be seen one after the other, from left to right. */
async function expectLeftToRight(line: Locator, parts: readonly string[]): Promise<void> {
  const lefts = await line.evaluate(leftsOf, parts);
  expect(lefts).toHaveLength(parts.length);
  expect(lefts).toEqual(lefts.toSorted((one, other) => one - other));
}

describe.each([
  ['in Arabic', 'مفتاح النشر'],
  ['in Hebrew, with a number', 'מפתח 2'],
  ['with marks of direction', 'invoice\u200Fgpj.exe\u200E'],
])('a label %s', (name, label) => {
  test('does not turn its row around, nor a sentence that it stands in', async () => {
    await useKey(console, await createKey(console, { label, sub_org_id: 1 }));
    await using session = await console.open();
    const { page } = session;
    await signIn(page, 'Parent admin', `/settings/api-access?search=${encodeURIComponent(label)}`);
    const row = page.getByRole('row').filter({ hasText: label });
    await row.waitFor();
    await expectLeftToRight(row, ['rrk_live_', '•', 'You', 'Payments', 'Active']);
    await expectSoundInEveryLook(page, name);

    await row.getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    const question = page.getByRole('alertdialog');
    await expectLeftToRight(question.getByRole('heading'), ['Revoke', '“', '”', '?']);
    await question.getByRole('button', { name: 'Revoke key' }).click();
    const line = page.getByText('is revoked: it is refused');
    await expectLeftToRight(line, ['“', '”', 'is revoked', 'from now on']);
  });

  test('of a sub-organization can be typed to confirm that it is archived', async () => {
    const json = { name: label };
    const added = await console.send('parent-admin', '/api/v1/settings/sub-orgs', json);
    const { id } = (await added.json()) as { id: number };
    await createKey(console, { label: 'Held to it', sub_org_id: id });
    await using session = await console.open();
    const { page } = session;
    await signIn(page, 'Parent admin', '/settings/sub-orgs');
    await page.getByRole('button', { name: `Archive ${label}` }).click();
    const question = page.getByRole('alertdialog');
    const typing = question.getByText('to confirm');
    await expectLeftToRight(typing, ['Type', '“', '”', 'to', 'confirm']);
    // Invisible characters cannot be typed.
    const seen = label.replace(/\p{Cf}/gu, '');
    await question.getByLabel('to confirm').fill(seen.normalize('NFD'));
    await question.getByRole('button', { name: 'Archive' }).click();
    await page.getByText('is archived').waitFor();
  });
});
