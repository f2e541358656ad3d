import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { hour } from '../../server/clock/durations.ts';
import { anthropicKey, refusals } from '../support/anthropic-server.ts';
import { expectSoundInEveryLook } from './axe.ts';
import { type RunningConsole, setAnthropicKey, signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';
import { listenTo, tracesIn } from './traces.ts';

// Many checks in one page: starting one for each would take longer.
vi.setConfig({ testTimeout: 180_000 });

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole({ scans: { sandboxMs: hour } });
});
afterAll(() => console[Symbol.asyncDispose]());

/** Expects that nothing of a key is left but its preview, also in memory. */
async function expectNoTrace(page: Page, raw: string): Promise<void> {
  expect((await tracesIn(page)).includes(raw.slice(0, 30))).toBe(false);
}

test('AnthropicKeyPage sets, checks, replaces and removes the key; a refusal stays beside the field', async () => {
  await using session = await console.open();
  const { page } = session;
  const heard = listenTo(session.context);
  await signIn(page, 'Parent admin', '/settings/anthropic-key');
  const { anthropic } = console;
  const main = page.getByRole('main');
  await main.getByText('No key yet').waitFor();
  await expectSoundInEveryLook(page, 'no key');
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
  await main.getByText('could not be reached').waitFor({ state: 'detached' });
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
  // In the body of the one request that sets it, and in no address.
  expect(heard.filter((text) => text.includes(second))).toEqual([`{"apiKey":"${second}"}`]);

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
  await inDatabase(console, 'update anthropic_key set set_at = set_at - ?', 90 * day);
  const use = (daysAgo: number, input: number, output: number) =>
    inDatabase(
      console,
      'insert into anthropic_use (org_id, day, model, input_tokens, output_tokens) values (?, ?, ?, ?, ?)',
      ...['org_demo_acme', new Date(Date.now() - daysAgo * day).toISOString().slice(0, 10)],
      ...['claude-sonnet-4-6', input, output],
    );
  for (const daysAgo of [9, 8, 7, 5]) await use(daysAgo, 100_000 + daysAgo, 20_000);
  await use(2, 900_000, 150_000);
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

  await inDatabase(
    console,
    "update job set failed_for = 'anthropic_key' where type = 'repo_analysis' and status = 'failed'",
  );
  const retry = main.getByRole('button', { name: 'Retry failed scans' });
  await retry.click();
  await page.getByText('1 scan is queued again.').waitFor();
  await retry.click();
  await page.getByText('No scan had failed for the key.').waitFor();
});

/** Submits an address with a sandbox key; the answer is the new id. */
async function submitToSandbox(path: string, url: string): Promise<number> {
  const { raw } = await createKey(console, { label: url.slice(-20), environment: 'test' });
  const response = await fetch(`${console.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${raw}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  expect(response.status).toBe(202);
  const answer = (await response.json()) as { repo_id?: number; extension_id?: number };
  return answer.repo_id ?? answer.extension_id ?? 0;
}

/** Lets the sandbox scans that run come to their end, as an hour does here. */
async function endSandboxScans(): Promise<void> {
  const running = "select id from job where status = 'running'";
  await inDatabase(console, `update task set run_at = 0 where id in (${running})`);
}

test('RepositoriesPage follows a sandbox scan to its report, and does a failed one again', async () => {
  await submitToSandbox('repos/analyze', 'https://git.invalid/acme/high');
  await submitToSandbox('repos/analyze', 'https://git.invalid/acme/failed');
  await using session = await console.open();
  const { page } = session;
  const main = page.getByRole('main');
  await signIn(page, 'Parent admin', '/settings/repositories');
  const row = (name: string) => main.getByRole('row').filter({ hasText: `acme/${name}` });
  await main.getByRole('link', { name: 'acme-security/card-vault' }).waitFor();
  await expectSoundInEveryLook(page, 'repositories');
  await main.getByLabel('Environment').selectOption('Sandbox');
  await row('high').getByText('Running').waitFor();
  await row('failed').getByText('Running').waitFor();
  expect(new URL(page.url()).search).toBe('?environment=test');
  expect(await main.getByRole('button', { name: 'New repository' }).count()).toBe(0);
  await page.getByRole('link', { name: 'acme/high' }).click();
  await main.getByText('Applying the rules. This page follows the scan.').waitFor();
  await main.getByText('No report yet').waitFor();
  await expectSoundInEveryLook(page, 'a running scan');

  await endSandboxScans();
  await main.getByText('High: 1 finding').waitFor();
  await main.getByText('Medium: 1 finding').waitFor();
  await main.getByText('lib/index.js, line 3').waitFor();
  await main.getByText("eval(Buffer.from(payload, 'base64').toString())").waitFor();
  await main.getByText('Ask the maintainer for the source').waitFor();
  await main.getByText('This report is partial').waitFor();
  await main.getByText('74 of 100').waitFor();
  await expectSoundInEveryLook(page, 'a report');

  await page.getByRole('link', { name: 'All repositories' }).click();
  await row('high').getByText('High risk').waitFor();
  await page.getByRole('link', { name: 'acme/failed' }).click();
  await main.getByText('Sample failure: the source could not be fetched').first().waitFor();
  await expectSoundInEveryLook(page, 'a failed scan');
  await main.getByRole('button', { name: 'Scan again' }).click();
  await main.getByText('Applying the rules.').waitFor();
  await endSandboxScans();
  await main.getByRole('button', { name: 'Scan again' }).waitFor();
  expect(await main.getByRole('row').count()).toBe(3);
  // Now that every scan has ended, the page stops polling.
  await page.clock.install();
  await page.reload();
  await main.getByRole('button', { name: 'Scan again' }).waitFor();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.clock.fastForward(60_000);
  await page.getByRole('link', { name: 'All repositories' }).click();
  await row('high').waitFor();
  expect(asked.filter((url) => url.includes('/api/v1/repos/'))).toEqual([]);
});

test('a report shows what a repository says as text, with hidden characters named', async () => {
  const id = await submitToSandbox('repos/analyze', 'https://git.invalid/acme/critical');
  await using session = await console.open();
  const { page } = session;
  const main = page.getByRole('main');
  await signIn(page, 'Parent admin', `/settings/repositories?environment=test&id=${id}`);
  await main.getByText('Applying the rules.').waitFor();
  await endSandboxScans();
  await main.getByText('Critical:').waitFor();
  const hostile = '<img src=x onerror=alert(1)>\u202e\u200b';
  const finding = { rule: 'r', severity: 'low', title: hostile, file: hostile, line: null };
  const result = { risk_level: 'low', risk_score: 1, summary: hostile, partial: false };
  const findings = [
    { ...finding, evidence: `${hostile}\n${'long '.repeat(100)}`, advice: hostile },
  ];
  const usage = { input_tokens: 0, output_tokens: 0 };
  const json = JSON.stringify({ ...result, findings, usage });
  await inDatabase(
    console,
    "update job set result = ? where repo_id = ? and status = 'completed'",
    json,
    id,
  );
  await page.reload();
  await main.getByText('Low: 1 finding').waitFor();
  const shown = '<img src=x onerror=alert(1)>⟨U+202E⟩⟨U+200B⟩';
  expect(await main.getByText(shown).count()).toBe(5);
  expect(await main.locator('img').count()).toBe(0);
  await expectSoundInEveryLook(page, 'a hostile report');
});

test('SubmitDialog submits a repository and an extension by address, and says why it cannot', async () => {
  await using session = await console.open();
  const { page } = session;
  const main = page.getByRole('main');
  await signIn(page, 'Parent admin', '/settings/repositories');
  const submit = async (name: string, url: string) => {
    await main.getByRole('button', { name: `New ${name}` }).click();
    const dialog = page.getByRole('dialog', { name: `New ${name}` });
    await dialog.getByLabel('Address').fill(url);
    await dialog.getByRole('button', { name: 'Submit for a scan' }).click();
    return dialog;
  };
  const refused = await submit('repository', 'https://127.0.0.1/x');
  await refused.getByText('The host in this address is not valid.').waitFor();
  await expectSoundInEveryLook(page, 'a refused address');
  await refused.getByLabel('Address').fill('https://git.invalid/acme/new');
  for (const said of ['The host in this address is not valid.', 'Please correct what is marked.']) {
    await refused.getByText(said).waitFor({ state: 'detached' });
  }
  await refused.getByLabel('Sub-organization').selectOption('Payments');
  await refused.getByRole('button', { name: 'Submit for a scan' }).click();
  await main.getByText('The scan waits for its turn. This page follows it.').waitFor();
  await main.getByText('Payments').waitFor();
  await expectSoundInEveryLook(page, 'a queued scan');

  await page.getByRole('link', { name: 'Extensions' }).click();
  await main.getByText('acme-security.ledger-tools').first().waitFor();
  await expectSoundInEveryLook(page, 'extensions');
  const cancelled = main.getByRole('row').filter({ hasText: 'acme-security.wallet-preview' });
  await cancelled.getByRole('link').click();
  await main.getByRole('heading', { name: 'Scans' }).waitFor();
  await main.getByRole('row').getByText('Cancelled').waitFor();
  await main.getByRole('button', { name: 'Scan again' }).click();
  await main.getByText('The scan waits for its turn. This page follows it.').waitFor();
  await main.getByRole('link', { name: 'All extensions' }).click();
  await submit('extension', 'https://files.invalid/tool.vsix');
  await main.getByText('The scan waits for its turn. This page follows it.').waitFor();
  await console.send('parent-admin', '/api/v1/settings/anthropic-key', undefined, 'DELETE');
  await main.getByRole('link', { name: 'All extensions' }).click();
  const noKey = await submit('extension', 'https://files.invalid/other.vsix');
  await noKey.getByText('Anthropic API key is missing or was rejected.').waitFor();
});
