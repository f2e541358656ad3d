import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { formatPreview } from '../../core/mod.ts';
import { loopbackTargets } from '../server/webhooks/delivering.ts';
import { startReceiver } from '../server/webhooks/receiver.ts';
import { chooseForKey, type RunningConsole, signIn, startConsole } from './console.ts';
import { inDatabase } from './demo-keys.ts';
import { addDormantKeys, addPicturedKeys, addPicturedPages, pictureTime } from './pictured-keys.ts';
import { route } from './route.ts';

const folder = join(import.meta.dirname, '..', '..', '.github', 'screenshots');
const isKept = process.env.SCREENSHOTS === '1';
const size = { width: 1280, height: 900 };

/** The new key of the pictures: its random parts are the same in each of them. */
const [prefix, first4, last4] = ['rrk_live_', 'Vd3J', 'n8Xe'] as const;

/** Opens a page from the navigation, until it shows a text. */
const goTo = (link: string, text: string) => async (page: Page) => {
  await page
    .getByRole('navigation', { name: 'Settings' })
    .getByRole('link', { name: link })
    .click();
  await page.getByRole('heading', { level: 1, name: link }).waitFor();
  await page.getByRole('main').getByText(text).filter({ visible: true }).first().waitFor();
};

const setTier = (console: RunningConsole, tier: number) =>
  inDatabase(console, "update organization set tier = ? where id = 'org_demo_initech'", tier);

/** The scenes of the pictures, in the order of the README. Each continues from the previous one. */
const pictures: Readonly<Record<string, (page: Page, console: RunningConsole) => Promise<void>>> = {
  async 'sign-in'(page) {
    await page.goto('/settings/api-access');
    await page.getByRole('heading', { name: 'Who would you like to be?' }).waitFor();
  },

  async list(page) {
    await signIn(page, 'Parent admin');
    await page.getByText('Old build server').waitFor();
    await page.getByText('Payments').nth(1).waitFor();
  },

  async create(page) {
    await page.getByRole('button', { name: 'New API Key' }).first().click();
    const form = page.getByRole('dialog', { name: 'New API Key' });
    await form.getByLabel('Label').fill('Deploy check');
    await form.getByLabel('Access (optional)').selectOption('Payments');
    await form.getByLabel('Label').focus();
  },

  async reveal(page, console) {
    await route(page, '**/trpc/apiKeys.create*', async (caught) => {
      const text = await (await caught.fetch()).text();
      const ofNewest = 'key_id = (select id from api_key order by created_at desc limit 1)';
      const set = `update api_key_secret set first4 = ?, last4 = ? where ${ofNewest}`;
      await inDatabase(console, set, first4, last4);
      const preview = JSON.stringify(formatPreview(prefix, first4, last4));
      await caught.fulfill({ body: text.replace(/(?<="preview":)"[^"]*"/, preview) });
    });
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('dialog', { name: 'Your new API key' }).getByText(first4).waitFor();
  },

  async revoke(page) {
    await page.getByLabel('I have saved it').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await chooseForKey(page, 'CI Pipeline', 'Revoke');
    const question = page.getByRole('alertdialog', { name: 'Revoke “CI Pipeline”?' });
    await question.getByLabel('Reason').fill('replaced');
    await question.getByText('github-actions/2.14').waitFor();
    await question.getByRole('button', { name: 'Revoke key', disabled: false }).waitFor();
  },

  async key(page) {
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    const name = page.getByRole('grid').getByRole('rowheader');
    await name.getByText('CI Pipeline', { exact: true }).click();
    await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
    await page.getByLabel('7 days').check();
    await page.getByText('1,156 calls in the last 7 days').waitFor();
  },

  async selection(page) {
    await page.goto('/settings/api-access');
    for (const label of ['CI Pipeline', 'Release gate', 'Nightly audit']) {
      await page.getByLabel(`Select ${label}`, { exact: true }).check();
    }
    await page.getByText('3 keys selected').waitFor();
  },

  'sub-orgs': goTo('Sub-organizations', 'Payments'),
  'service-accounts': goTo('Service accounts', 'Gates every release.'),
  'anthropic-key': goTo('Anthropic API key', 'Works'),
  webhooks: goTo('Webhooks', 'https://hooks.acme-security.example/reporisk'),

  async webhook(page) {
    await page.getByRole('link', { name: 'https://hooks.acme-security.example/reporisk' }).click();
    await page.getByRole('cell', { name: 'HTTP 204' }).first().waitFor();
  },

  repositories: goTo('Repositories', 'acme-security/card-vault'),

  async report(page) {
    await page.getByRole('link', { name: 'acme-security/card-vault' }).click();
    await page.getByText('Critical: 1 finding').waitFor();
  },

  extensions: goTo('Extensions', 'acme-security.ledger-tools'),
  jobs: goTo('Jobs', 'Completed'),
  'audit-log': goTo('Audit log', 'Mobile release'),

  async empty(page, console) {
    await setTier(console, 3);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, 'Tier 1 admin');
    await page.getByText('No keys yet').waitFor();
  },

  async upgrade(page, console) {
    await setTier(console, 1);
    await addDormantKeys(console, 3);
    await page.reload();
    await page.getByText('3 keys').first().waitFor();
  },
};

test.each(isKept ? (['light', 'dark'] as const) : (['light'] as const))(
  'the console in pictures, %s: each page, a new key, its reveal, a revocation',
  async (colorScheme) => {
    await using receiver = await startReceiver();
    await using console = await startConsole({ now: () => pictureTime, targets: loopbackTargets });
    await addPicturedPages(console, receiver);
    await addPicturedKeys(console);
    await using session = await console.open({
      ...{ colorScheme, viewport: size, timezoneId: 'UTC', locale: 'en-GB' },
    });
    const { page } = session;
    await page.clock.setFixedTime(pictureTime);
    for (const [name, show] of Object.entries(pictures)) {
      await show(page, console);
      const waiting = page.locator('.skeleton, [aria-busy=true]');
      await expect.poll(() => waiting.count()).toBe(0);
      await page.mouse.move(0, 0);
      const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
      expect({ name, width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) }).toEqual({
        name,
        ...size,
      });
      if (!isKept) continue;
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${name}-${colorScheme}.png`), picture);
    }
  },
);
