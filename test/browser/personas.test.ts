import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, signIn, startConsole } from './console.ts';
import { callApi, createKey, inDatabase } from './demo-keys.ts';

let console: RunningConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const setTier = (tier: number) =>
  inDatabase(console, "update organization set tier = ? where id = 'org_demo_initech'", tier);

test.each([
  [
    'Parent member',
    'Ask an admin of Acme Security',
    ['API Access', 'Sub-organizations', 'Repositories', 'Extensions', 'Jobs'],
  ],
  [
    'Sub-organization admin',
    'Ask an admin of the parent organization',
    ['API Access', 'Repositories', 'Extensions'],
  ],
  ['Outsider', 'Switch to another organization', ['API Access']],
])(
  '%s is told who can help, and is offered nothing that would fail',
  async (name, help, sections) => {
    await using session = await console.open();
    const { page } = session;
    const refused: string[] = [];
    await signIn(page, name);
    await page.getByText('You cannot manage API keys').waitFor();
    await page.getByText(help).waitFor();
    // The page has the session, and what was asked for beside it: from here on it sends no request that
    // would be refused.
    await page.waitForLoadState('networkidle');
    page.on('response', (response) => response.status() >= 400 && refused.push(response.url()));
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual(sections);
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    for (const section of sections) {
      await page.getByRole('link', { name: section }).click();
      await page.getByRole('heading', { level: 1, name: section }).waitFor();
      await page.waitForLoadState('networkidle');
      // Opening details is no change: a job's details are there for everyone.
      const buttons = page.getByRole('main').locator('button:not([aria-expanded])');
      expect(await buttons.count()).toBe(0);
    }
    expect(refused).toEqual([]);
  },
);

test('a section that a persona may not read shows the permission panel, not an error', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent member', '/settings/audit-log');
  await page.getByText('Audit log: only for admins').waitFor();
  await page.getByText('Ask an admin of Acme Security').waitFor();
});

test('Tier 1 admin sees the upgrade notice, and revokes the keys that its plan pauses', async () => {
  await setTier(3);
  const { raw } = await createKey(console, { label: 'From better days' }, 'tier-1-admin');
  await createKey(console, { label: 'Another' }, 'tier-1-admin');
  expect(await callApi(console, raw)).toBe(200);
  await setTier(1);
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Tier 1 admin');
  await page.getByText('API access comes with Tier 3').waitFor();
  const sales = page.getByRole('link', { name: 'Contact sales' });
  expect(await sales.getAttribute('href')).toMatch(/^mailto:/);
  expect(await page.getByRole('button', { name: 'New API Key' }).count()).toBe(0);

  await page.getByRole('heading', { name: '2 keys are paused by your plan' }).waitFor();
  await page.getByRole('button', { name: 'Revoke all keys' }).click();
  const question = page.getByRole('alertdialog', { name: 'Revoke every key?' });
  const confirm = question.getByRole('button', { name: 'Revoke all keys' });
  expect(await confirm.isDisabled()).toBe(true);
  await question.getByLabel('Type “2” to confirm').fill('2');
  await confirm.click();
  await page.getByText('2 keys revoked.').waitFor();
  await page.getByText('are paused by your plan').waitFor({ state: 'detached' });
});

test('a reload signs the same persona in again, with no token in storage', async () => {
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Parent admin');
  await page.getByRole('button', { name: 'New API Key' }).first().waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'New API Key' }).first().waitFor();
  const stored = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
  );
  const persona = 'reporisk.persona';
  expect(stored).toBe(
    JSON.stringify([{}, { [persona]: 'parent-admin' }, `${persona}=parent-admin`]),
  );
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Who would you like to be?' }).waitFor();
});

test('a browser that lets no site store anything still shows the console', async () => {
  await using session = await console.open();
  const { page } = session;
  await page.addInitScript(`
    for (const name of ['localStorage', 'sessionStorage']) {
      const get = () => { throw new DOMException('Access is denied', 'SecurityError'); };
      Object.defineProperty(window, name, { get });
    }
  `);
  await signIn(page, 'Parent admin');
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByText('Theme: light').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Who would you like to be?' }).waitFor();
});
