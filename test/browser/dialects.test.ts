import { expect, test } from 'vitest';
import { chooseForKey, signIn, startConsole } from './console.ts';

test('a key of another format is made with its project and scopes; what a key made is named before it ends', async () => {
  await using console = await startConsole({}, ['platform', 'repurai'], ['billing:read']);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');

  const create = async (format: string, label: string) => {
    await page.getByRole('button', { name: 'New API Key' }).first().click();
    const form = page.getByRole('dialog', { name: 'New API Key' });
    await form.getByLabel('Label').fill(label);
    await form.getByLabel('Format').selectOption(format);
    return form;
  };
  const reveal = page.getByRole('dialog', { name: 'Your new API key' });
  const take = async () => {
    await reveal.getByRole('button', { name: 'Copy', exact: true }).click();
    await reveal.getByText('Copied to the clipboard.').waitFor();
    await reveal.getByRole('button', { name: 'Done' }).click();
    await reveal.waitFor({ state: 'detached' });
    return page.evaluate<string>('navigator.clipboard.readText()');
  };

  // Scopes of other services are for RepoRisk's own keys.
  const billing = await create('RepoRisk (rrk_)', 'Billing');
  await billing.locator('summary').click();
  await billing.getByLabel('Restricted').check();
  await billing.getByLabel('billing:read').check();
  await billing.getByRole('button', { name: 'Create', exact: true }).click();
  const ours = await take();

  const form = await create('Platform (rfk_)', 'SOC pipeline');
  await form.getByRole('textbox', { name: 'Project' }).fill('prj_01H');
  await form.locator('summary').click();
  expect(await form.getByLabel('billing:read').count()).toBe(0);
  await form.getByLabel('admin:*').uncheck();
  await form.getByLabel('analysis:run').check();
  await form.getByRole('button', { name: 'Create', exact: true }).click();
  const platform = await take();
  const passes = (query: string, key = platform) =>
    fetch(`${console.url}/auth/verify${query}`, { headers: { authorization: `Bearer ${key}` } });
  expect((await passes('?scope=billing:read', ours)).status).toBe(200);
  expect((await passes('?project_id=prj_01H&scope=analysis:run')).status).toBe(200);
  expect((await passes('')).status).toBe(403);

  const other = await create('Repurai (rep_)', 'Production Server');
  await other.getByRole('button', { name: 'Create', exact: true }).click();
  const repurai = await take();
  const headers = { 'x-api-key': repurai, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'Made by a key' });
  const made = await fetch(`${console.url}/v1/api-keys`, { method: 'POST', headers, body });
  expect(made.status).toBe(201);

  await page.reload();
  await chooseForKey(page, 'Production Server', 'Revoke');
  const dialog = page.getByRole('alertdialog', { name: 'Revoke “Production Server”?' });
  await dialog.getByText('Ends with it').waitFor();
  await dialog.getByText('Made by a key').waitFor();
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await dialog.waitFor({ state: 'detached' });
  const listed = await console.send('parent-admin', '/api/v1/settings/api-keys?status=revoked');
  const { items } = (await listed.json()) as { items: { label: string }[] };
  expect(items.map((key) => key.label)).toEqual(
    expect.arrayContaining(['Made by a key', 'Production Server']),
  );
});
