import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { createKey, inDatabase } from './demo-keys.ts';
import { addPicturedKeys, pictureTime } from './pictured-keys.ts';

test('KeyCard fits the page at every width, whatever its rows say', async () => {
  await using console = await startConsole({ now: () => pictureTime });
  await addPicturedKeys(console);
  const name = 'Payments-and-settlement-of-the-northern-region';
  await inDatabase(console, 'update sub_org set name = ? where id = 1', name);
  const long = await createKey(console, { label: `pipeline-${'of-a-long-name-'.repeat(6)}` });
  const creator = 'user_2wPzKq7Yh3JmNd5Vt8Rb1XcFs6L';
  await inDatabase(console, 'update api_key set created_by = ? where id = ?', creator, long.id);
  await using session = await console.open({ timezoneId: 'UTC' });
  const { page } = session;
  await page.clock.setFixedTime(pictureTime);
  await signIn(page, 'Parent admin');
  await page.getByText(name).nth(1).waitFor();
  const overflow: Record<number, number> = {};
  for (const width of [320, 600, 768, 900, 1024, 1151, 1152, 1200, 1280, 1366, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (beyond > 0) overflow[width] = beyond;
  }
  expect(overflow).toEqual({});
});
