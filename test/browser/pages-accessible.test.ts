import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { loopbackTargets } from '../server/webhooks/delivering.ts';
import { startReceiver } from '../server/webhooks/receiver.ts';
import { expectSoundInEveryLook } from './axe.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';

// Many checks in one page: starting one for each would take longer.
vi.setConfig({ testTimeout: 180_000 });

const settings = '/api/v1/settings';

/** Opens a dialog, checks it, and leaves it by Escape; the focus returns to its opener. */
async function lookAtDialog(page: Page, opener: string): Promise<void> {
  const button = page.getByRole('button', { name: opener, exact: true });
  await button.click();
  const dialog = page.locator('[aria-modal]');
  await dialog.waitFor();
  await page.waitForLoadState('networkidle');
  await expectSoundInEveryLook(page, opener);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.locator(':focus').innerText()).toBe(await button.innerText());
}

/** A webhook for each possible state, the one to check last. */
async function addWebhooks(console: RunningConsole, url: string): Promise<void> {
  const add = async (json: object) => {
    const added = await console.send('parent-admin', `${settings}/webhooks`, json);
    return ((await added.json()) as { id: string }).id;
  };
  const failing = await add({ url: 'http://gone.example:9000/', events: ['api_key.leaked'] });
  const reason = 'Nothing was accepted for 24 hours; the last attempt: HTTP 503';
  const disable = 'update webhook set is_active = 0, disabled_reason = ? where id = ?';
  await inDatabase(console, disable, reason, failing);
  const off = await add({ url: `http://long.example:9000/${'path/'.repeat(30)}` });
  const path = `${settings}/webhooks/${off}`;
  await console.send('parent-admin', path, { is_active: false }, 'PATCH');
  await add({ url });
}

test('no state of the webhooks breaks a rule of accessibility, in any look', async () => {
  await using receiver = await startReceiver();
  await using console = await startConsole({ targets: loopbackTargets });
  await addWebhooks(console, receiver.url);
  receiver.answer(() => 503);
  await createKey(console, { label: 'Not heard of' });
  await receiver.arrived(1);
  receiver.answer(() => 204);
  await createKey(console, { label: 'Heard of' });
  await receiver.arrived(2);

  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/webhooks');
  await page.getByText('Disabled by an admin.').waitFor();
  await expectSoundInEveryLook(page, 'the webhooks');
  await page.getByRole('button', { name: 'New webhook' }).click();
  const form = page.getByRole('dialog', { name: 'New webhook' });
  await form.getByRole('button', { name: 'Add webhook' }).click();
  await form.getByText('What arrives').click();
  await expectSoundInEveryLook(page, 'a webhook without an address');
  await form.getByLabel('Endpoint URL').fill('http://new.example:9000/');
  await form.getByRole('button', { name: 'Add webhook' }).click();
  await page.getByText('Verify the signature').click();
  await page.getByRole('button', { name: 'Show' }).click();
  await expectSoundInEveryLook(page, 'a signing secret');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close anyway' }).click();
  await page.getByRole('link', { name: 'All webhooks' }).click();

  await page.getByRole('link', { name: receiver.url }).click();
  await page.getByRole('cell', { name: 'HTTP 204' }).first().waitFor();
  await page
    .getByRole('button', { name: /^Details of/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Send test event' }).click();
  await page.getByText('"type": "webhook.test"').waitFor();
  await expectSoundInEveryLook(page, 'a webhook');
  for (const opener of ['Edit', 'Replace secret', 'Disable', 'Remove']) {
    await lookAtDialog(page, opener);
  }
});

test('no state of the other pages breaks a rule of accessibility, in any look', async () => {
  await using console = await startConsole();
  const json = { name: 'Deploy robot', description: 'Runs nightly.', role: 'viewer' };
  const added = await console.send('parent-admin', `${settings}/service-accounts`, json);
  const account = ((await added.json()) as { id: string }).id;
  const owned = { label: 'CI Pipeline', sub_org_id: 1, service_account_id: account };
  const { id } = await createKey(console, owned);
  // More than a picker shows without scrolling.
  for (let n = 1; n <= 8; n++) await createKey(console, { label: `Another ${n}` });
  await console.send('parent-admin', `${settings}/api-keys/${id}`, { scopes: [] }, 'PATCH');
  const jobs = await console.send('parent-admin', `${settings}/jobs`);
  const [first, second, third] = ((await jobs.json()) as { items: { id: string }[] }).items;
  const setJob = (job: typeof first, values: string) =>
    inDatabase(console, `update job set ${values} where id = ?`, job?.id);
  const began = 'progress = 3, total = 9, started_at = created_at';
  await setJob(first, `status = 'running', ${began}`);
  await setJob(second, `status = 'completed', ${began}, result = '{"risk_level":"low"}'`);
  await setJob(third, `status = 'failed', ${began}, error_message = 'It could not be cloned.'`);

  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/audit-log?action=apiKeys.update');
  await page.getByText('Permissions:').waitFor();
  await page.getByRole('combobox', { name: 'What' }).click();
  await page.getByRole('listbox').getByRole('option').first().waitFor();
  await expectSoundInEveryLook(page, 'the audit log');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByRole('button', { name: `Details of ${second?.id}` }).click();
  await page.getByText('Risk level').waitFor();
  await page.getByText('As JSON').click();
  await expectSoundInEveryLook(page, 'jobs');
  await lookAtDialog(page, `Cancel ${first?.id}`);
  await page.getByRole('link', { name: 'Sub-organizations' }).click();
  await page.getByText('Payments', { exact: true }).waitFor();
  await expectSoundInEveryLook(page, 'sub-organizations');
  for (const opener of [
    'New sub-organization',
    'Rename Mobile',
    'Archive Payments',
    'Remove Mobile',
  ]) {
    await lookAtDialog(page, opener);
  }
  await page.getByRole('link', { name: 'Service accounts' }).click();
  await page.getByText('Runs nightly.').waitFor();
  await expectSoundInEveryLook(page, 'service accounts');
  for (const opener of ['New service account', 'Edit Deploy robot', 'Disable Deploy robot']) {
    await lookAtDialog(page, opener);
  }
});
