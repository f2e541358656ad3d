import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';
import { callAs, recordOf, submitAs } from './key-calls.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

test('EditKeyDialog changes everything about a key but its secret, from its next request on', async () => {
  const account = await console.send('parent-admin', '/api/v1/settings/service-accounts', {
    name: 'Release robot',
    role: 'engineer',
  });
  expect(account.status).toBe(201);
  const key = await createKey(console, { label: 'Plain' });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByRole('link', { name: 'Details of Plain' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Edit “Plain”' });
  await form.getByLabel('Label').fill('Careful');
  await form.getByLabel('Description').fill('Ask the platform team.');
  await form.getByLabel('Restricted').check();
  await form.getByLabel('Read repositories and reports').check();
  await form.getByLabel('Allowed IP addresses').fill('127.0.0.0/8\n203.0.113.7');
  await form.getByLabel('Requests').fill('2');
  await form.getByLabel('Per seconds').fill('3600');
  await form.getByText('At most 2 requests per hour').waitFor();
  await form.getByLabel('Owner').selectOption('Service account Release robot');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Release robot' }).waitFor();
  const { service_account_id, ...record } = await recordOf(console, key);
  expect(service_account_id).not.toBeNull();
  expect(record).toMatchObject({
    label: 'Careful',
    description: 'Ask the platform team.',
    scopes: ['repos:read'],
    ip_allow_list: ['127.0.0.0/8', '203.0.113.7/32'],
    rate_limit: { limit: 2, window_seconds: 3600 },
  });
  expect(await submitAs(console, key.raw, 'test')).toBe(403);
  expect(await callAs(console, key.raw, 'test')).toBe(200);
  expect(await callAs(console, key.raw, 'test')).toBe(200);
  expect(await callAs(console, key.raw, 'test')).toBe(429);

  // Back to the old value; untouched fields are not sent.
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const again = page.getByRole('dialog', { name: 'Edit “Careful”' });
  await again.getByLabel('Requests').fill('');
  await again.getByLabel('Owner').selectOption('You');
  const sent = page.waitForRequest('**/trpc/apiKeys.update');
  await again.getByRole('button', { name: 'Save' }).click();
  expect(Object.keys((await sent).postDataJSON()).sort()).toEqual(['createdBy', 'id', 'rateLimit']);
  await again.waitFor({ state: 'detached' });
  expect(await recordOf(console, key)).toMatchObject({
    service_account_id: null,
    rate_limit: null,
    scopes: ['repos:read'],
  });
});

test('EditKeyDialog takes over a key that another member made', async () => {
  const key = await createKey(console, { label: 'Orphan' });
  await inDatabase(console, "update api_key set created_by = 'user_gone' where id = ?", key.id);
  expect(await callAs(console, key.raw, 'test')).toBe(403);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByRole('link', { name: 'Details of Orphan' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Edit “Orphan”' });
  const owner = form.getByLabel('Owner');
  expect(await owner.locator('option:checked').innerText()).toBe('Its creator, user_gone');
  await owner.selectOption('You (take it over)');
  await form.getByText('for as long as you can').waitFor();
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
  expect(await callAs(console, key.raw, 'test')).toBe(200);
});

test('a rate limit that the server refuses is marked at its field, and what was typed stays', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByRole('button', { name: 'New API Key' }).first().click();
  const form = page.getByRole('dialog', { name: 'New API Key' });
  await form.getByLabel('Label').fill('Fast');
  await form.getByText('Advanced').click();
  const [requests, seconds] = [form.getByLabel('Requests'), form.getByLabel('Per seconds')];
  await requests.fill('1000');
  await form.getByText('At most 1,000 requests per minute').waitFor();
  await requests.fill('plenty');
  await form.getByRole('button', { name: 'Create', exact: true }).click();
  await form.getByText('A whole number is needed.').waitFor();
  expect(await requests.getAttribute('aria-invalid')).toBe('true');

  await requests.fill('1000001');
  await seconds.fill('0');
  await form.getByRole('button', { name: 'Create', exact: true }).click();
  await form.getByText('At most 1,000,000.').waitFor();
  await form.getByText('At least 1.').waitFor();
  expect(await seconds.getAttribute('aria-invalid')).toBe('true');
  expect(await requests.inputValue()).toBe('1000001');

  await requests.fill('1000');
  await seconds.fill('60');
  await form.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('dialog', { name: 'Your new API key' }).waitFor();
});
