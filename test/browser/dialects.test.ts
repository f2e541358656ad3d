import { expect, test } from 'vitest';
import { expectSoundInEveryLook } from './axe.ts';
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
  await dialog.getByText('Made by it, and revoked too: 1 key.').waitFor();
  await dialog.getByRole('link', { name: 'Made by a key' }).waitFor();
  await page.keyboard.press('Escape');

  // The questions about several keys, about a new owner and about disabling say so, too.
  const account = { name: 'Deploy robot', role: 'admin' };
  await console.send('parent-admin', '/api/v1/settings/service-accounts', account);
  await chooseForKey(page, 'Production Server', 'Hand over');
  await page.getByText('Made by it, and handed over too: 1 key.').waitFor();
  await page.keyboard.press('Escape');
  await chooseForKey(page, 'Production Server', 'Disable');
  const disabling = page.getByRole('alertdialog', { name: 'Disable “Production Server”?' });
  await disabling.getByText('Made by it, and disabled too: 1 key.').waitFor();
  await expectSoundInEveryLook(page, 'a question about a key that made another');
  await page.setViewportSize({ width: 1280, height: 900 });
  await disabling.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('“Production Server” is disabled').waitFor();
  expect((await fetch(`${console.url}/v1/api-keys`, { headers })).status).toBe(401);
  for (const label of ['Production Server', 'Billing']) {
    await page.getByLabel(`Select ${label}`, { exact: true }).check();
  }
  await page
    .getByRole('group', { name: 'Actions on' })
    .getByRole('button', { name: 'Revoke' })
    .click();
  const several = page.getByRole('alertdialog', { name: 'Revoke 2 keys?' });
  await several.getByText('Made by them, and revoked too: 1 key.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.getByLabel('Select Production Server', { exact: true }).check();
  await page
    .getByRole('group', { name: 'Actions on' })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await dialog.waitFor({ state: 'detached' });
  // The log leads to the keys that it names: the acting one, and the one that took another along.
  await page.getByRole('link', { name: 'Audit log' }).click();
  const entry = (text: RegExp) => page.getByRole('row').filter({ hasText: text });
  const created = entry(/^Production Server.* created Made by a key/);
  await created.getByRole('link', { name: 'Production Server' }).waitFor();
  await created.getByRole('button', { name: /Production Server/ }).waitFor();
  await entry(/revoked Made by a key/)
    .getByRole('link', { name: 'Production Server' })
    .click();
  await page.getByRole('heading', { level: 1, name: 'Production Server' }).waitFor();
  const listed = await console.send('parent-admin', '/api/v1/settings/api-keys?status=revoked');
  const { items } = (await listed.json()) as { items: { label: string }[] };
  expect(items.map((key) => key.label)).toEqual(
    expect.arrayContaining(['Made by a key', 'Production Server']),
  );
});
