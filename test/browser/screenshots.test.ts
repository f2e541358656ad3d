import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { formatPreview } from '../../core/mod.ts';
import { chooseForKey, type RunningConsole, signIn, startConsole } from './console.ts';
import { inDatabase } from './demo-keys.ts';
import { addDormantKeys, addPicturedKeys, pictureTime } from './pictured-keys.ts';
import { route } from './route.ts';

const folder = join(import.meta.dirname, '..', '..', '.github', 'screenshots');
const isKept = process.env.SCREENSHOTS === '1';
const size = { width: 1360, height: 856 };

/** The new key of the pictures: its random parts are the same in each of them. */
const [prefix, first4, last4] = ['rrk_live_', 'Vd3J', 'n8Xe'] as const;

/** The scenes of the pictures, in the order of the README. Each continues from the previous one. */
const pictures: Readonly<Record<string, (page: Page, console: RunningConsole) => Promise<void>>> = {
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
    await question.getByLabel('Type “CI Pipeline” to confirm').fill('CI Pipeline');
  },

  async upgrade(page, console) {
    await page.keyboard.press('Escape');
    await addDormantKeys(console, 3);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, 'Tier 1 admin');
    await page.getByText('3 keys').first().waitFor();
  },
};

test.each(['light', 'dark'] as const)(
  'the console in pictures, %s: a list, a new key, its reveal, a revocation, the upgrade notice',
  async (colorScheme) => {
    await using console = await startConsole({ now: () => pictureTime });
    await addPicturedKeys(console);
    await using session = await console.open({
      ...{ colorScheme, viewport: size, timezoneId: 'UTC', locale: 'en-GB' },
    });
    const { page } = session;
    await page.clock.setFixedTime(pictureTime);
    for (const [name, show] of Object.entries(pictures)) {
      await show(page, console);
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
