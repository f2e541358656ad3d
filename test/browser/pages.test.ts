import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, setAnthropicKey, signIn, startConsole } from './console.ts';
import { callApi, createKey, inDatabase, rowsInDatabase } from './demo-keys.ts';
import { submitAs } from './key-calls.ts';
import { route } from './route.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
  await setAnthropicKey(console);
});
afterAll(() => console[Symbol.asyncDispose]());

const settings = '/api/v1/settings';

/** Sets values that otherwise only a running job would set. */
const setJob = (id: string, values: string, ...parameters: unknown[]) =>
  inDatabase(console, `update job set ${values} where id = ?`, ...parameters, id);

/** Submits a repository as a persona, and returns the name of its job, which waits for an hour. */
async function submit(name: string): Promise<string> {
  const url = `https://git.invalid/acme-security/${name}`;
  const response = await console.send('parent-admin', '/api/v1/repos/analyze', { url });
  const { job_id: id } = (await response.json()) as { job_id: string };
  const isDelayed = 'select 1 from task where id = ? and attempts > 0 and lease is null';
  await expect.poll(() => rowsInDatabase(console, isDelayed, id)).toHaveLength(1);
  return id;
}

test('AuditLogPage tells entries as sentences with links, filters by names and local days, exports', async () => {
  const { id } = await createKey(console, { label: 'Nightly' });
  const change = { label: 'Nightly audit', rate_limit: { limit: 100, window_seconds: 60 } };
  const changed = await console.send('parent-admin', `${settings}/api-keys/${id}`, change, 'PATCH');
  const requestId = changed.headers.get('x-request-id') ?? '';
  const key = `${settings}/api-keys/${id}`;
  await console.send('parent-admin', key, { disabled: true }, 'PATCH');
  await console.send('parent-admin', `${key}?reason=leaked`, undefined, 'DELETE');
  await createKey(console, { label: 'Another', sub_org_id: 1 });

  await using session = await console.open({ timezoneId: 'Pacific/Auckland' });
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/audit-log');
  await page.getByText('in your time zone, Pacific/Auckland').waitFor();
  const entries = page.getByRole('row').filter({ has: page.getByRole('cell') });
  const entry = entries.filter({ hasText: 'You changed Nightly audit' });
  await entry.waitFor();
  expect(await entry.innerText()).toMatch(/Label:\s+before\s+Nightly\s+after\s+Nightly audit\n/);
  expect(await entry.innerText()).toMatch(/Rate limit:\s+before\s+none\s+after\s+100 per 60 s\n/);
  await entry.getByRole('button', { name: `Copy the request id ${requestId}` }).click();
  await page.getByText('Copied to the clipboard.').waitFor();
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(requestId);
  // What the sentence says is not repeated, and an id is shown as the name of its record.
  expect(await entries.filter({ hasText: 'You disabled' }).innerText()).not.toContain('Disabled:');
  const created = entries.filter({ hasText: 'You created Another' });
  await created.getByText('Payments').waitFor();
  expect(await created.innerText()).not.toMatch(/Label:|Fingerprint/);

  // Who revoked it: its name typed, its key chosen.
  await page.getByRole('combobox', { name: 'What' }).fill('nightly');
  await page.getByRole('option', { name: /^Nightly audit.*API key/ }).click();
  await page.getByText('Another').waitFor({ state: 'detached' });
  const revoked = entries.filter({ hasText: /^You revoked Nightly audit rrk_live_/ });
  await revoked.getByText('leaked').waitFor();
  expect(await entries.count()).toBe(4);
  expect(await page.getByRole('combobox', { name: 'What' }).inputValue()).toBe('Nightly audit');
  expect(new URL(page.url()).searchParams.get('target')).toBe(id);
  await revoked.getByRole('link', { name: 'Nightly audit' }).click();
  await page.getByRole('heading', { level: 1, name: 'Nightly audit' }).waitFor();
  await page.getByText('Nightly audit').first().waitFor();
  await page.goBack();
  await entry.waitFor();

  await page.getByLabel('Action').selectOption('Changed an API key');
  await page.getByText('You revoked').waitFor({ state: 'detached' });
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toLocaleDateString('sv', {
      timeZone: 'Pacific/Auckland',
    });
  await page.getByLabel('From', { exact: true }).fill(day(0));
  await page.getByLabel('To', { exact: true }).fill(day(0));
  await entry.waitFor();
  await page.reload();
  await entry.waitFor();
  expect(await entries.count()).toBe(2);
  await page.getByLabel('To', { exact: true }).fill('');
  await page.getByLabel('From', { exact: true }).fill(day(1));
  await page.getByText('No entries match these filters.').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await created.waitFor();
  expect(new URL(page.url()).search).toBe('');
  // A bookmark of a filter that is no more.
  await page.goto('/settings/audit-log?action=unknown');
  await page.getByText('a filter, a position or an id that cannot exist').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await created.waitFor();
  await page.goto(`/settings/repositories?id=${'9'.repeat(20)}`);
  await page.getByText('a filter, a position or an id that cannot exist').waitFor();
  await page.goto('/settings/audit-log');

  const who = page.getByRole('combobox', { name: 'Who' });
  await who.focus();
  await who.press('ArrowDown');
  await page.getByRole('option', { name: /^You/ }).waitFor();
  await who.pressSequentially('you');
  await page.getByRole('status').filter({ hasText: '1 match' }).waitFor();
  await who.press('Enter');
  await page.waitForURL(/actor=user/);
  await page.getByRole('button', { name: 'Clear Who' }).click();
  await page.waitForURL((url) => url.search === '');

  for (const format of ['CSV', 'NDJSON']) {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: `Export ${format}` }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text).toContain('Nightly audit');
    expect(text).toContain('chain');
  }
});

test('a new key is shown and highlighted under a filter; disabling and revoking one in use name its callers', async () => {
  const { id, raw } = await createKey(console, { label: 'In use' });
  const headers = { authorization: `Bearer ${raw}`, 'user-agent': 'nightly-build/1.0' };
  expect((await fetch(`${console.url}/api/v1/repos`, { headers })).status).toBe(200);
  const used = async () => {
    const response = await console.send('parent-admin', `${settings}/api-keys/${id}`);
    return ((await response.json()) as { last_used_at: string | null }).last_used_at;
  };
  await expect.poll(used, { timeout: 5_000 }).not.toBeNull();

  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/api-access?search=nothing-like-it');
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  await page.getByLabel('Label', { exact: true }).fill('Brand new');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const reveal = page.getByRole('dialog', { name: 'Your new API key “Brand new”' });
  await reveal.getByLabel('I have saved it').check();
  await reveal.getByRole('button', { name: 'Done' }).click();
  await page.locator('[data-highlighted]').getByText('Brand new').waitFor();
  expect(new URL(page.url()).search).toBe('');

  await page.getByRole('link', { name: 'Details of In use' }).click();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const question = page.getByRole('alertdialog', { name: 'Disable “In use”?' });
  await question.getByText('1 caller used it in the last 7 days, and stops working:').waitFor();
  await question.getByText('nightly-build/1.0').waitFor();
  await question.getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Enable', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  const revoking = page.getByRole('alertdialog', { name: 'Revoke “In use”?' });
  await revoking.getByText('nightly-build/1.0').waitFor();
});

test('JobsPage follows what runs without losing focus, asks before work is lost, shows results', async () => {
  await inDatabase(console, "update job set status = 'completed', completed_at = 1");
  const [waits, runs] = [await submit('waits'), await submit('runs')];
  await setJob(runs, "status = 'running', progress = 3, total = 9, started_at = created_at");
  await using session = await console.open();
  const { page } = session;
  await page.clock.install();
  await signIn(page, 'Parent admin', '/settings/jobs');
  const cancel = (id: string) => page.getByRole('button', { name: `Cancel ${id}` });
  await page.getByText('3 of 9').waitFor();
  await cancel(runs).focus();
  await setJob(runs, 'progress = 4, updated_at = updated_at + 1');
  await page.getByText('4 of 9').waitFor();
  expect(await page.locator(':focus').getAttribute('aria-label')).toBe(`Cancel ${runs}`);

  // Nothing is lost with a job that has not begun: it is cancelled without a question.
  await cancel(waits).click();
  await page.getByText('The job is cancelled.').waitFor();
  await cancel(waits).waitFor({ state: 'detached' });
  await cancel(runs).click();
  const question = page.getByRole('alertdialog', { name: 'Cancel this job?' });
  await question.getByText('(4 of 9) is discarded').waitFor();
  await question.getByRole('button', { name: 'Let it run' }).click();
  await setJob(runs, "type = 'key_import', updated_at = updated_at + 1");
  await cancel(runs).click();
  await question.getByText('(4 of 9) stay').waitFor();
  await question.getByRole('button', { name: 'Let it run' }).click();
  await setJob(runs, "type = 'repo_analysis', updated_at = updated_at + 1");

  const result = JSON.stringify({ risk_level: 'medium', top: [{ title: 'Secrets in history' }] });
  await setJob(runs, "status = 'completed', result = ?, updated_at = updated_at + 1", result);
  await page.getByRole('row').filter({ hasText: runs }).getByText('Completed').waitFor();
  // Now that every job has ended, the page stops polling.
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.clock.fastForward(60_000);
  await page.getByRole('button', { name: `Details of ${runs}` }).click();
  await page.getByText('Risk level').waitFor();
  expect(asked.filter((url) => url.includes('jobs.list'))).toEqual([]);
  await page.getByText('As JSON').click();
  await page.getByText('Secrets in history').waitFor();

  const cancelled = (id: string) =>
    page.getByRole('row').filter({ hasText: id }).getByText('Cancelled');
  await page.getByLabel('Kind').selectOption('Extension analysis');
  await cancelled(waits).waitFor({ state: 'detached' });
  await page.getByLabel('Status').selectOption('Cancelled');
  await page.getByText('No entries match these filters.').waitFor();
  expect(new URL(page.url()).search).toBe('?type=extension_analysis&status=cancelled');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await cancelled(waits).waitFor();
});

test('JobsPage leads to the key that submitted a job', async () => {
  const { raw } = await createKey(console, { label: 'Submitter' });
  expect(await submitAs(console, raw, 'ci/1')).toBe(202);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/jobs');
  const link = page.getByRole('link', { name: 'API key “Submitter”' });
  await link.waitFor();
  const details = page.getByRole('button', { name: /^Details of/ });
  await details.first().click();
  await expect.poll(() => link.count()).toBe(2);
  await link.first().click();
  await page.getByRole('heading', { level: 1, name: 'Submitter' }).waitFor();
});

test('EndDialog says which keys an archived sub-organization takes with it', async () => {
  const added = await console.send('parent-admin', `${settings}/sub-orgs`, { name: 'Archive me' });
  const { id } = (await added.json()) as { id: number };
  const key = await createKey(console, { label: 'Held to it', sub_org_id: id });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/sub-orgs');
  // The number of its keys leads to them.
  await page.getByRole('link', { name: '1 key of “Archive me”' }).click();
  await page.getByText('Held to it').first().waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Archive Archive me' }).click();
  const question = page.getByRole('alertdialog', { name: 'Archive “Archive me”?' });
  await question
    .getByText(/^1 key with access to only this sub-organization will be revoked/)
    .waitFor();
  await question.getByRole('link', { name: 'Held to it', exact: true }).waitFor();
  const confirm = question.getByRole('button', { name: 'Archive' });
  expect(await confirm.isDisabled()).toBe(true);
  await question.getByLabel('Type “Archive me” to confirm').fill('Archive me');
  await confirm.click();
  await page.getByText('“Archive me” is archived').waitFor();
  expect(await callApi(console, key.raw)).toBe(401);

  await page.getByRole('button', { name: 'Remove Archive me' }).click();
  const removal = page.getByRole('alertdialog', { name: 'Remove “Archive me”?' });
  await removal.getByText('No key is limited to it').waitFor();
  await removal.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('row').filter({ hasText: 'Archive me' }).waitFor({ state: 'detached' });
});

test('DisableDialog says which keys of a service account stop working', async () => {
  const json = { name: 'Deploy robot', role: 'viewer' };
  const added = await console.send('parent-admin', `${settings}/service-accounts`, json);
  const { id } = (await added.json()) as { id: string };
  const key = await createKey(console, { label: 'Owned by it', service_account_id: id });
  expect(await callApi(console, key.raw)).toBe(200);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/service-accounts');
  await page.getByRole('link', { name: '1 key of “Deploy robot”' }).click();
  await page.getByText('Owned by it').first().waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Disable Deploy robot' }).click();
  const question = page.getByRole('alertdialog', { name: 'Disable “Deploy robot”?' });
  await question.getByText('1 key will stop working:').waitFor();
  await question.getByRole('link', { name: 'Owned by it' }).click();
  await page.getByRole('heading', { level: 1, name: 'Owned by it' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Disable Deploy robot' }).click();
  await question.getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Enable Deploy robot' }).waitFor();
  expect(await callApi(console, key.raw)).toBe(403);
  await page.getByRole('button', { name: 'Enable Deploy robot' }).click();
  await page.getByText('“Deploy robot” is active again.').waitFor();
  expect(await callApi(console, key.raw)).toBe(200);
});

test('a list that cannot be had says why, with the request id, and is there after Try again', async () => {
  await using session = await console.open();
  const { page } = session;
  await route(page, '**/trpc/webhooks.list**', (caught) =>
    caught.fulfill({
      status: 500,
      headers: { 'x-request-id': 'req_test' },
      json: { error: { data: { detail: 'Internal Server Error' } } },
    }),
  );
  await page.clock.install();
  await signIn(page, 'Parent admin', '/settings/webhooks');
  // Two automatic retries follow, after a second and after two.
  await page.clock.fastForward(10_000);
  await page.getByText('Request req_test').waitFor();
  await page.unroute('**/trpc/webhooks.list**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No webhooks yet').waitFor();
});
