import { expect, test } from 'vitest';
import { loopbackTargets } from '../server/webhooks/delivering.ts';
import { startReceiver } from '../server/webhooks/receiver.ts';
import { signIn, startConsole } from './console.ts';
import { rowsInDatabase } from './demo-keys.ts';
import { holdBack } from './hold-back.ts';
import { shiftsOf, slow4G, slowDown, watchShifts } from './layout-shifts.ts';
import { addPicturedKeys, addPicturedPages, pictureTime } from './pictured-keys.ts';

test('no page shifts by more than 0.02 when its content comes, on a slow network', async () => {
  await using receiver = await startReceiver();
  await using console = await startConsole({ now: () => pictureTime, targets: loopbackTargets });
  await addPicturedPages(console, receiver);
  await addPicturedKeys(console);
  const idOf = (table: string, where: string) => {
    const [row] = rowsInDatabase(console, `select * from ${table} where ${where}`);
    return (row as { id: string | number }).id;
  };
  const key = idOf('api_key', "label = 'CI Pipeline'");
  const webhook = idOf('webhook', 'true');
  const repo = idOf('repo', "name = 'acme-security/card-vault'");
  await using session = await console.open();
  await session.context.clock.setFixedTime(pictureTime);
  await signIn(session.page, 'Parent admin');
  const paths = [
    ...['api-access', `api-access?key=${key}`, 'sub-orgs', 'service-accounts', 'anthropic-key'],
    ...['webhooks', `webhooks?webhook=${webhook}`, 'repositories', `repositories?id=${repo}`],
    ...['extensions', 'jobs', 'audit-log'],
  ];
  const load = async (path: string, width: number) => {
    const page = await session.context.newPage();
    await page.setViewportSize({ width, height: 900 });
    await watchShifts(page);
    await slowDown(page, slow4G, true);
    await page.goto(`/settings/${path}`, { waitUntil: 'commit' });
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    const waiting = page.locator('.skeleton, [aria-busy=true]');
    await expect.poll(() => waiting.count(), { timeout: 30_000 }).toBe(0);
    return { path, width, ...(await shiftsOf(page)) };
  };
  const loadNarrow = async () => {
    await using narrow = await console.open({ viewport: { width: 320, height: 900 } });
    const { page } = narrow;
    await page.clock.setFixedTime(pictureTime);
    await watchShifts(page);
    // Of two answers under way together, the one for what stands above comes last.
    const release = await holdBack(page, '**/trpc/apiKeys.attention?*');
    await signIn(page, 'Parent admin');
    await page.getByText('Old build server').waitFor();
    release();
    await page.getByRole('button', { name: 'Expiring 1' }).waitFor();
    return { path: 'api-access', width: 320, ...(await shiftsOf(page)) };
  };
  // At once, because they mostly wait for the network.
  const shifted = await Promise.all([
    ...paths.map((path) => load(path, 1280)),
    load('audit-log', 320),
    loadNarrow(),
  ]);
  expect(shifted.filter(({ sum }) => sum > 0.02)).toEqual([]);
});
