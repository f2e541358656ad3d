import { afterAll, beforeAll, test, vi } from 'vitest';
import { expectSoundInEveryLook } from './axe.ts';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { createKey, inDatabase, type NewKey, useKey } from './demo-keys.ts';
import { callAs, rotateKey } from './key-calls.ts';
import { route } from './route.ts';

// Many checks in one page: starting one for each would take longer.
vi.setConfig({ testTimeout: 180_000 });

let console: RunningConsole;
let renewed: NewKey;
let revoked: NewKey;
const longAgo = Date.now() - 200 * 86_400_000;
beforeAll(async () => {
  console = await startConsole();
  const scopes = ['repos:read', 'repos:analyze', 'extensions:read'];
  const key = await createKey(console, { label: 'Busy', description: 'Ask Ops.', scopes });
  const unused = await createKey(console, { label: 'Unused' });
  const refused = 'insert into key_refusal values (?, ?, ?, ?, ?, ?, ?)';
  for (const reason of ['address', 'retired']) {
    const attempt = [key.id, reason, '2001:db8::/64', `curl/8 ${'of-old '.repeat(12)}`, 1200];
    await inDatabase(console, refused, ...attempt, longAgo, longAgo);
  }
  for (const { id } of [key, unused]) {
    await inDatabase(console, 'update api_key set created_at = ? where id = ?', longAgo, id);
  }
  revoked = await createKey(console, { label: 'Revoked' });
  const path = `/api/v1/settings/api-keys/${revoked.id}?reason=replaced`;
  await console.send('parent-admin', path, undefined, 'DELETE');
  renewed = await rotateKey(console, key);
  await rotateKey(console, unused);
  await callAs(console, key.raw, `nightly-audit/1 ${'with a long name '.repeat(8)}`);
  await callAs(console, renewed.raw, 'ci', '/api/v1/repos/987654');
  await callAs(console, renewed.raw, 'ci', '/api/v1/extensions/submit-url', { url: 'x' });
}, 60_000);
afterAll(() => console[Symbol.asyncDispose]());

test('no state of the details of a key breaks a rule of accessibility, in any look', async () => {
  await useKey(console, renewed);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  const history = page.getByRole('region', { name: 'History' });
  /** Opens a key's page, to its last part. */
  const open = async (label: string) => {
    await page.getByRole('link', { name: `Details of ${label}`, exact: true }).click();
    await history
      .getByRole('row')
      .filter({ hasText: `created ${label}` })
      .waitFor();
    await page.getByRole('heading', { name: 'Refused attempts' }).waitFor();
  };
  await open('Unused');
  await page.getByText('Not used since the rotation').waitFor();
  await page.getByText('Never used in the 200 days').waitFor();
  await page.getByText('Not used yet').waitFor();
  await expectSoundInEveryLook(page, 'an unused key');
  await page.goBack();

  await open('Busy');
  await page.getByText('1 caller still uses it.').waitFor();
  await page.getByText('Never used in 90 days:').waitFor();
  await page.getByText('As a table').click();
  await expectSoundInEveryLook(page, 'a key in use');

  await page.getByRole('button', { name: 'Expire old secret now' }).click();
  await page.getByRole('alertdialog').waitFor();
  await expectSoundInEveryLook(page, 'ending a grace');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Edit “Busy”' });
  await form.getByLabel('Requests').fill('many');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('A whole number is needed.').waitFor();
  await expectSoundInEveryLook(page, 'editing a key');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard changes' }).click();

  await page.getByRole('button', { name: 'Narrow to what it uses' }).click();
  await page.getByText('It may now do only this').waitFor();
  await expectSoundInEveryLook(page, 'a narrowed key');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('may do again what it could before').waitFor();

  await route(page, '**/trpc/apiKeys.usage?*', (caught) =>
    caught.fulfill({ status: 500, headers: { 'x-request-id': 'req-usage' }, body: '{}' }),
  );
  for (const [id, says] of [
    [revoked.id, 'Revoked'],
    ['key_unknown', 'This organization has no such key.'],
  ] as const) {
    await page.goto(`/settings/api-access?key=${id}`);
    await page.getByText(says).first().waitFor();
    await expectSoundInEveryLook(page, says);
  }
  await page.goto(`/settings/api-access?key=${renewed.id}`);
  await page.getByText('req-usage').waitFor();
  await history.getByRole('row').filter({ hasText: 'created Busy' }).waitFor();
  await expectSoundInEveryLook(page, 'calls that cannot be shown');
});
