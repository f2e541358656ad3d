import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { anthropicKey, refusals } from '../support/anthropic-server.ts';
import { expectSoundInEveryLook } from './axe.ts';
import { type RunningConsole, setAnthropicKey, signIn, startConsole } from './console.ts';
import { inDatabase } from './demo-keys.ts';

// Many checks in one page: starting one for each would take longer.
vi.setConfig({ testTimeout: 180_000 });

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const picture = async (page: Page, name: string) => {
  const { PICTURES } = process.env;
  if (PICTURES === undefined) return;
  for (const width of [320, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: `${PICTURES}/${name}-${width}-${colorScheme}.png`,
        fullPage: true,
      });
    }
  }
  await page.emulateMedia({ colorScheme: null });
};

/** Expects that no answer, address, storage or request of the page but the given ones has a text. */
async function expectNoTrace(page: Page, raw: string): Promise<void> {
  const kept = await page.evaluate<string[]>(`[
    location.href, JSON.stringify(history.state), document.cookie, document.body.innerHTML,
    JSON.stringify(localStorage), JSON.stringify(sessionStorage),
    ...[...document.querySelectorAll('input')].map(({ value }) => value),
    ...performance.getEntriesByType('resource').map(({ name }) => name),
  ]`);
  expect(kept.filter((text) => text.includes(raw.slice(17, 30)))).toEqual([]);
}

test('AnthropicKeyPage sets, checks, replaces and removes the key; a refusal stays beside the field', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/anthropic-key');
  const { anthropic } = console;
  const main = page.getByRole('main');
  await main.getByText('No key yet').waitFor();
  await expectSoundInEveryLook(page, 'no key');
  await picture(page, 'key-none');
  const field = main.getByLabel('API key', { exact: true });
  const save = main.getByRole('button', { name: 'Check and save' });
  expect(await field.getAttribute('type')).toBe('password');
  await save.click();
  await main.getByText('Paste a key.').waitFor();

  const says = async (key: string, sentence: string) => {
    await field.fill(key);
    await save.click();
    await main.getByText(sentence).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.inputValue()).toBe(key);
  };
  await says('sk-ant-admin01-abc', 'This is an Anthropic admin key');
  await says('sk-ant-oat01-abc', 'This is a short-lived Anthropic access token');
  await says('hello', 'This is no Anthropic API key');
  const [bad, first, second] = ['bad', 'first', 'second'].map(anthropicKey);
  if (!bad || !first || !second) throw new Error('no keys');
  for (const [refusal, sentence] of [
    [refusals.rejected, 'Anthropic rejected the API key: it was revoked, deleted or mistyped.'],
    [refusals.forbidden, 'it lacks the permission to use the model.'],
    [refusals.billing, 'has no credit: check its billing.'],
    [{ status: 529, type: 'overloaded_error' }, 'could not be reached, or is overloaded.'],
  ] as const) {
    anthropic.refuse(bad, refusal);
    await says(bad, `${sentence} The key was not changed.`);
  }
  await expectSoundInEveryLook(page, 'a refused key');

  await field.fill(first);
  await save.click();
  await main.getByText('Works', { exact: true }).waitFor();
  const preview = `sk-ant-api03-firs••••__AA`;
  await main.getByText(preview).waitFor();
  await main.getByText('You', { exact: true }).waitFor();
  await expectNoTrace(page, first);

  // The old key stays, and the page still says so.
  const newField = main.getByLabel('New API key');
  const replace = main.getByRole('button', { name: 'Check and replace' });
  await newField.fill(bad);
  await replace.click();
  await main.getByText('is overloaded. The key was not changed.').waitFor();
  await main.getByText(preview).waitFor();

  anthropic.refuse(first, refusals.rejected);
  await main.getByRole('button', { name: 'Check now' }).click();
  await main.getByText('Failed', { exact: true }).waitFor();
  await main.getByText('Anthropic rejected the API key: it was revoked').waitFor();
  expect(await main.getByRole('button', { name: 'Retry failed scans' }).count()).toBe(0);
  await newField.fill(second);
  await replace.click();
  await main.getByText('sk-ant-api03-seco••••__AA').waitFor();
  await main.getByText('Works', { exact: true }).waitFor();
  await expectNoTrace(page, second);

  await page.getByRole('button', { name: 'Remove' }).click();
  const question = page.getByRole('alertdialog', { name: 'Remove the Anthropic API key?' });
  await question.getByText('Running and queued scans fail').waitFor();
  await expectSoundInEveryLook(page, 'the question before a key is removed');
  await question.getByRole('button', { name: 'Remove key' }).click();
  await main.getByText('No key yet').waitFor();
});

test('AnthropicKeyPage reminds at 90 days, pictures the use, and does failed scans again', async () => {
  await setAnthropicKey(console);
  const day = 86_400_000;
  inDatabase(console, 'update anthropic_key set set_at = set_at - ?', 90 * day);
  const use = (daysAgo: number, input: number, output: number) =>
    inDatabase(
      console,
      'insert into anthropic_use (org_id, day, model, input_tokens, output_tokens) values (?, ?, ?, ?, ?)',
      ...['org_demo_acme', new Date(Date.now() - daysAgo * day).toISOString().slice(0, 10)],
      ...['claude-sonnet-4-6', input, output],
    );
  for (const daysAgo of [9, 8, 7, 5]) use(daysAgo, 100_000 + daysAgo, 20_000);
  use(2, 900_000, 150_000);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/anthropic-key');
  const main = page.getByRole('main');
  await main.getByText('This key is 90 days old.').waitFor();
  await main.getByText('1 day with more than three times the usual use.').waitFor();
  await main.getByText('As a table').click();
  const row = main.getByRole('row').filter({ hasText: 'Unusual' });
  expect(await row.innerText()).toMatch(/900,000\s+150,000\s+\$[\d.]+/);
  await main.getByText('How to look after the key').click();
  await main.getByText('Delete it in the Anthropic Console first.').waitFor();
  await expectSoundInEveryLook(page, 'a key in use');
  await picture(page, 'key-used');

  inDatabase(
    console,
    "update job set failed_for = 'anthropic_key' where type = 'repo_analysis' and status = 'failed'",
  );
  const retry = main.getByRole('button', { name: 'Retry failed scans' });
  await retry.click();
  await page.getByText('1 scan is queued again.').waitFor();
  await retry.click();
  await page.getByText('No scan had failed for the key.').waitFor();
});
