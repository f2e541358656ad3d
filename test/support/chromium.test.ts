import { expect, test } from 'vitest';
import { launchChromium } from './chromium.ts';

test('launchChromium() runs scripts of a page', async () => {
  await using browser = await launchChromium();
  const page = await browser.newPage();
  await page.setContent(
    '<h1></h1><script>document.querySelector("h1").textContent = 6 * 7</script>',
  );
  expect(await page.textContent('h1')).toBe('42');
});
