import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { chooseChromium, chromiumSettings, launchChromium } from './chromium.ts';

test('launchChromium() runs scripts of a page', async () => {
  await using browser = await launchChromium();
  const page = await browser.newPage();
  await page.setContent(
    '<h1></h1><script>document.querySelector("h1").textContent = 6 * 7</script>',
  );
  expect(await page.textContent('h1')).toBe('42');
});

test('chooseChromium() passes over one that is there and does not start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reporisk-chromium-'));
  const broken = join(folder, 'chromium');
  await writeFile(broken, '#!/bin/sh\necho "install it first" >&2\nexit 1\n');
  await chmod(broken, 0o755);
  const { executablePath } = await chromiumSettings();
  expect(await chooseChromium([broken, executablePath])).toMatchObject({ executablePath });
  const packaged = await chooseChromium([join(folder, 'absent'), broken]);
  expect(packaged.executablePath).not.toBe(broken);
  await using browser = await chromium.launch(packaged);
  expect(browser.isConnected()).toBe(true);
  await rm(folder, { recursive: true });
});
