import type { Locator, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { loopbackTargets } from '../server/webhooks/delivering.ts';
import { type Received, startReceiver } from '../server/webhooks/receiver.ts';
import { signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';

const clipboard = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

/** Takes a signing secret out of its reveal. */
async function takeSecret(page: Page, dialog: Locator): Promise<string> {
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await dialog.getByText('Copied to the clipboard.').waitFor();
  const secret = await clipboard(page);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(await page.content()).not.toContain(secret);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'detached' });
  return secret;
}

/** Whether a message is signed under a secret, as its receiver would find out. */
function isSigned(message: Received | undefined, secret: string): boolean {
  try {
    new Webhook(secret).verify(message?.body ?? '', { ...message?.headers });
    return true;
  } catch {
    return false;
  }
}

test('a webhook is added, followed, sent again, given a new secret, switched off and removed', async () => {
  await using receiver = await startReceiver();
  await using console = await startConsole({ targets: loopbackTargets });
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', '/settings/webhooks');
  await page.getByText('No webhooks yet').waitFor();
  // All of them are on one page, with any address.
  await page.goto('/settings/webhooks?pages=bm90aGluZw');
  await page.getByText('No webhooks yet').waitFor();
  expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);

  await page.getByRole('button', { name: 'New webhook' }).click();
  const form = page.getByRole('dialog', { name: 'New webhook' });
  await form.getByRole('button', { name: 'Add webhook' }).click();
  await form.getByText('Enter the address').waitFor();
  expect(await page.locator(':focus').getAttribute('type')).toBe('url');
  await form.getByLabel('Endpoint URL').fill('ftp://hooks.example/');
  await form.getByRole('button', { name: 'Add webhook' }).click();
  await form.getByText('begins with https://').waitFor();
  await form.getByText('What arrives').click();
  await form.getByText('webhook-id').waitFor();
  await form.getByLabel('Event', { exact: true }).selectOption('api_key.expiring');
  await form.getByText('"days_left": 14').waitFor();
  // An error goes when its field is mended, and comes back with its cause.
  await form.getByLabel('Endpoint URL').fill(receiver.url);
  await form.getByText('begins with https://').waitFor({ state: 'detached' });
  const events = form.getByRole('checkbox');
  for (const each of await events.all()) await each.uncheck();
  await form.getByRole('button', { name: 'Add webhook' }).click();
  await form.getByText('Choose at least one.').waitFor();
  for (const each of await events.all()) await each.check();
  await form.getByText('Choose at least one.').waitFor({ state: 'detached' });
  await form.getByLabel('api_key.expiring').uncheck();
  await form.getByRole('button', { name: 'Add webhook' }).click();

  const reveal = page.getByRole('dialog', { name: 'Your signing secret' });
  await reveal.waitFor();
  expect(await reveal.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await reveal.getByText('Close without saving it?').waitFor();
  await reveal.getByRole('button', { name: 'Go back' }).click();
  await reveal.getByText('Verify the signature').click();
  expect(await reveal.locator('pre').first().innerText()).toContain('webhook.verify(body');
  const secret = await takeSecret(page, reveal);

  await createKey(console, { label: 'First' });
  await receiver.arrived(1);
  expect(isSigned(receiver.messages[0], secret)).toBe(true);
  // The new webhook's page follows, ready for its test.
  await page.getByRole('heading', { level: 1, name: receiver.url }).waitFor();
  expect(await page.locator(':focus').innerText()).toBe(receiver.url);
  const shown = page.getByRole('definition').filter({ hasText: 'api_key.created' });
  expect(await shown.innerText()).not.toContain('api_key.expiring');
  const row = (text: string) => page.getByRole('row').filter({ hasText: text });
  await row('Delivered').filter({ hasText: 'HTTP 204' }).waitFor();

  // A failing delivery is followed, and can be retried by hand.
  receiver.answer((_message, response) => {
    response.writeHead(503).end('come back later');
    return undefined;
  });
  await createKey(console, { label: 'Second' });
  await page.reload();
  await row('Waiting').filter({ hasText: 'HTTP 503' }).waitFor();
  receiver.answer(() => 204);
  await row('Waiting').getByRole('button', { name: 'Send now' }).click();
  await row('Waiting').waitFor({ state: 'detached' });
  await row('Second')
    .getByRole('button', { name: /^Details of api_key.created msg_/ })
    .click();
  const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem');
  await attempts
    .filter({ hasText: /HTTP 503.*ms/s })
    .getByText('later')
    .first()
    .waitFor();
  await attempts
    .filter({ hasText: /HTTP 204.*ms/s })
    .getByText('The answer had no body.')
    .first()
    .waitFor();
  await page.getByText('"label": "Second"').waitFor();
  await page.getByText(/^POST .*webhook-id: msg_/s).waitFor();
  // The page updates the health without a reload.
  const fact = page.getByRole('definition');
  await fact.filter({ hasText: /^\s*Active\s*$/ }).waitFor();
  await fact.filter({ hasText: /^\s*[1-9][\d.]*% \([1-9]\d* of \d+\)$/ }).waitFor();
  const arrived = receiver.messages.length;
  const first = row('Delivered').last();
  await first.getByRole('button', { name: /^Redeliver api_key.created msg_/ }).click();
  await receiver.arrived(arrived + 1);
  const again = receiver.messages.at(-1)?.headers['webhook-id'];
  expect(again).toBe(receiver.messages[0]?.headers['webhook-id']);

  receiver.answer(() => 418);
  await page.getByRole('button', { name: 'Send test event' }).click();
  await page.getByText('The test event was not accepted: HTTP 418.').waitFor();
  receiver.answer(() => 204);
  await page.getByRole('button', { name: 'Send test event' }).click();
  await page.getByText('The test event was accepted: HTTP 204.').waitFor();
  await page.getByText('"type": "webhook.test"').waitFor();
  expect(receiver.messages.at(-1)?.event.type).toBe('webhook.test');

  await page.getByRole('button', { name: 'Replace secret' }).click();
  const question = page.getByRole('dialog', { name: 'Replace the signing secret?' });
  await question.getByRole('button', { name: 'Replace secret' }).click();
  const renewed = page.getByRole('dialog', { name: 'Your new signing secret' });
  await renewed.getByText('For 24 hours').waitFor();
  const next = await takeSecret(page, renewed);
  const before = receiver.messages.length;
  await createKey(console, { label: 'Third' });
  await receiver.arrived(before + 1);
  const both = receiver.messages.at(-1);
  expect([isSigned(both, secret), isSigned(both, next)]).toEqual([true, true]);

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const edit = page.getByRole('dialog', { name: 'Edit webhook' });
  for (const event of ['created', 'updated', 'rotated', 'revoked', 'leaked', 'refused']) {
    await edit.getByLabel(`api_key.${event}`).uncheck();
  }
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.getByText('Choose at least one.').waitFor();
  await edit.getByLabel('api_key.leaked').check();
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });
  await page
    .getByRole('definition')
    .filter({ hasText: /^api_key.leaked$/ })
    .waitFor();

  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const off = page.getByRole('alertdialog', { name: 'Disable this webhook?' });
  await off.getByText('No event waits to be sent.').waitFor();
  await off.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Disabled by an admin.').getByRole('time').waitFor();
  expect(await page.getByRole('button', { name: /^Redeliver/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await page.getByText('Active', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  const removal = page.getByRole('alertdialog', { name: 'Remove this webhook?' });
  await removal.getByRole('button', { name: 'Remove webhook' }).click();
  await page.getByText('No webhooks yet').waitFor();
  expect(await page.locator(':focus').innerText()).toBe('Webhooks');
});

test('an endpoint that RepoRisk switched off says why and since when', async () => {
  await using console = await startConsole({ targets: loopbackTargets });
  const path = '/api/v1/settings/webhooks';
  const response = await console.send('parent-admin', path, { url: 'http://gone.example:9000/' });
  const { id } = (await response.json()) as { id: string };
  const reason = 'Nothing was accepted for 24 hours; the last attempt: HTTP 503';
  const disable = 'update webhook set is_active = 0, disabled_reason = ? where id = ?';
  await inDatabase(console, disable, reason, id);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin', `/settings/webhooks?webhook=${id}`);
  await page.getByText(reason).waitFor();
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await page.getByText('Active', { exact: true }).waitFor();
});

test('below Tier 3 a webhook can be looked at and removed, and nothing is offered that would fail', async () => {
  await using receiver = await startReceiver();
  await using console = await startConsole({ targets: loopbackTargets });
  const setTier = (tier: number) =>
    inDatabase(console, "update organization set tier = ? where id = 'org_demo_initech'", tier);
  await setTier(3);
  const path = '/api/v1/settings/webhooks';
  await console.send('tier-1-admin', path, { url: receiver.url });
  await createKey(console, { label: 'From better days' }, 'tier-1-admin');
  await receiver.arrived(1);
  await setTier(1);

  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Tier 1 admin', '/settings/webhooks');
  await page.getByText('comes with Tier 3').waitFor();
  await page.getByRole('link', { name: receiver.url }).waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  await page.getByRole('link', { name: receiver.url }).click();
  await page.getByRole('button', { name: /^Redeliver/ }).click();
  await receiver.arrived(2);
  const names = async () => {
    const texts = await page.getByRole('main').getByRole('button').allInnerTexts();
    // The name of an event opens its request and answers.
    return new Set(texts.filter((text) => !text.startsWith('api_key.')));
  };
  // Until the page's next update, an event that arrived still counts as on its way.
  const may = new Set(['Send test event', 'Remove', 'Redeliver']);
  await expect.poll(names, { timeout: 10_000 }).toEqual(may);
});
